"""Time and memory of a conversion: the Keras model of PikeLPN 1x (4.2 M weights) to .tflite bytes.

    python benchmarks/conversion.py [--variant=1x] [--size=224] [--repeats=5] [--output=FILE]

Time is that of `tflite_export.convert`, imports and the building of the model excluded. Memory is
what the peak of the process grows by in the first conversion. Processor time is given beside wall
time, because other work on the machine lengthens it less.
"""

import resource
import time

from absl import app, flags
from peers import results

import pikelpn_keras as pk
import tflite_export

_VARIANT = flags.DEFINE_string("variant", "1x", "variant of PikeLPN")
_SIZE = flags.DEFINE_integer("size", 224, "pixels a side")
_REPEATS = flags.DEFINE_integer("repeats", 5, "timed conversions")
_OUTPUT = flags.DEFINE_string("output", None, "file for the JSON lines")


def _peak_megabytes():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _convert(model):
    """Wall and processor seconds, and bytes of the file."""
    start, processor = time.perf_counter(), time.process_time()
    tflite = tflite_export.convert(model, exact="all")
    return time.perf_counter() - start, time.process_time() - processor, len(tflite)


def main(_):
    """Measures, prints and writes."""
    model = pk.models.PikeLPN(_VARIANT.value, input_shape=(_SIZE.value, _SIZE.value, 3))
    before = _peak_megabytes()
    first, _, size = _convert(model)
    grown = _peak_megabytes() - before
    times, processor, _ = zip(*(_convert(model) for _ in range(_REPEATS.value)), strict=True)
    case = f"PikeLPN {_VARIANT.value}, {_SIZE.value} pixels"
    figures = (
        ("parameters", model.count_params(), ""),
        ("file", size, "bytes"),
        ("first conversion", first, "s"),
        ("peak memory", grown, "MB"),
        ("conversion", times, "s"),
        ("processor time", processor, "s"),
    )
    found = [
        results.line("conversion", case, "ours", metric, values, unit)
        for metric, values, unit in figures
    ]
    results.write(_OUTPUT.value, [found])


if __name__ == "__main__":
    app.run(main)
