"""Time and memory of a conversion: the Keras model of PikeLPN 1x (4.2 M weights) to .tflite bytes.

    python benchmarks/conversion.py [--variant=1x] [--size=224] [--repeats=5]

Time is that of `tflite_export.convert`, imports and the building of the model excluded. Memory is
what the peak of the process grows by in the first conversion.
"""

import resource
import time

import numpy as np
from absl import app, flags

import pikelpn_keras as pk
import tflite_export

_VARIANT = flags.DEFINE_string("variant", "1x", "variant of PikeLPN")
_SIZE = flags.DEFINE_integer("size", 224, "pixels a side")
_REPEATS = flags.DEFINE_integer("repeats", 5, "timed conversions")


def _peak_megabytes():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _seconds(model):
    start = time.perf_counter()
    tflite = tflite_export.convert(model, exact="all")
    return time.perf_counter() - start, len(tflite)


def main(_):
    """Measures and prints."""
    model = pk.models.PikeLPN(_VARIANT.value, input_shape=(_SIZE.value, _SIZE.value, 3))
    before = _peak_megabytes()
    first, size = _seconds(model)
    grown = _peak_megabytes() - before
    times = [_seconds(model)[0] for _ in range(_REPEATS.value)]
    print(f"PikeLPN {_VARIANT.value}, {model.count_params():,} parameters, file of {size:,} bytes")
    print(f"first conversion: {first:.2f} s, peak memory grows by {grown:.0f} MB")
    print(f"further: median {np.median(times):.2f} s ({min(times):.2f} .. {max(times):.2f})")


if __name__ == "__main__":
    app.run(main)
