"""Conversion of the same nets by each tool: time, memory, size, operators, and growth with width.

    python benchmarks/peers/conversion.py --output=benchmarks/results/peers_conversion.jsonl

The nets are MobileNetV1 at 96 pixels from 0.25 to 2 times its width (2 is PikeLPN 6x). Ours and
TFLiteConverter start from the quantized Keras model; litert-quantizer starts from a float file,
whose making is a row of its own, and its time includes calibration with 16 pictures. Building
the model and imports are left out.
"""

import files
import numpy as np
import results
from absl import app, flags
from converters import CONVERTERS

_WIDTHS = flags.DEFINE_list("widths", ["0.25", "1", "2"], "widths of MobileNetV1")
_REPEATS = flags.DEFINE_integer("repeats", 3, "conversions by ours; others make half as many")
_OUTPUT = flags.DEFINE_string("output", None, "file for the JSON lines")

KEYS = ("ours", "ours_int4", "tfmot", "float", "litert_quantizer")


def measure(width):
    """Lines of one width."""
    found = {}
    for key in KEYS:
        repeats = _REPEATS.value if key.startswith("ours") else -(-_REPEATS.value // 2)
        found[key] = files.make(key, width, repeats)
    ours = np.median(found["ours"][1]["times"])
    size = found["tfmot"][0].stat().st_size
    lines = []
    for key, (path, answer) in found.items():
        for metric, values, unit in (
            ("conversion", answer["times"], "s"),
            ("time over ours", np.array(answer["times"]) / ours, "ratio"),
            ("peak memory", answer["memory"], "MB"),
            ("file", path.stat().st_size, "bytes"),
            ("file over that of tfmot", path.stat().st_size / size, "ratio"),
            ("operators", files.operators(path), ""),
        ):
            name = CONVERTERS[key].name
            lines.append(
                results.line("peers/conversion", answer["net"], name, metric, values, unit)
            )
    return lines


def main(_):
    """Measures all widths."""
    results.write(_OUTPUT.value, map(measure, _WIDTHS.value))


if __name__ == "__main__":
    app.run(main)
