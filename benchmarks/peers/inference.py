"""Inference of the same nets on LiteRT and TFLM: our file, the stock int8 file, INT4 storage.

    python benchmarks/peers/inference.py --output=benchmarks/results/inference.jsonl

The stock file is what TFLiteConverter makes of the tfmot model. Files take turns on one picture; a
round's ratio is the mean time of a file's runs over that of the stock file's in the same round.
With valgrind, the instructions that one run executes on one thread are counted too, which no
noise touches (valgrind hides AVX-512, so these are those of XNNPACK's AVX2 kernels).
"""

import files
import instructions
import numpy as np
import results
from absl import app, flags
from ai_edge_litert.interpreter import Interpreter
from converters import CONVERTERS
from turns import in_turns

from tflite_export.runtimes.tflm import TFLM

_NETS = flags.DEFINE_list("nets", ["cifar", "mobilenet"], "nets: cifar, mobilenet")
_ROUNDS = flags.DEFINE_integer("rounds", 60, "rounds")
_RUNS = flags.DEFINE_integer("runs", 10, "runs of each file in a round; 1 on TFLM")
_MICRO_ROUNDS = flags.DEFINE_integer("micro_rounds", 5, "rounds on TFLM")
_OUTPUT = flags.DEFINE_string("output", None, "file for the JSON lines")

KEYS = ("ours", "tfmot", "ours_int4")
STOCK = "tfmot"
NAMES = {"cifar": "CIFAR net", "mobilenet": "MobileNetV1 0.25 at 96"}


def litert(path, threads):
    """A function that runs a file on one picture, on XNNPACK where it takes the operators."""
    interpreter = Interpreter(model_content=path.read_bytes(), num_threads=threads)
    interpreter.allocate_tensors()
    details = interpreter.get_input_details()[0]
    interpreter.set_tensor(details["index"], _picture(details["shape"]))
    return interpreter.invoke


def micro(path):
    """The same on TFLM."""
    runtime = TFLM(path.read_bytes())
    shape = litert_shape(path)
    picture = _picture(shape).astype(np.int32) + 128
    return lambda: runtime.run(picture)


def litert_shape(path):
    """Shape of a file's input."""
    return Interpreter(model_content=path.read_bytes()).get_input_details()[0]["shape"]


def _picture(shape):
    return np.random.default_rng(0).integers(-128, 128, shape, dtype=np.int8)


def lines_of(case, times):
    """Lines of times by converter, and of their ratios to the stock file's."""
    lines = []
    for key, seconds in times.items():
        name = CONVERTERS[key].name
        ratios = seconds / times[STOCK]
        lines.append(results.line("peers/inference", case, name, "time", 1e3 * seconds, "ms"))
        lines.append(
            results.line("peers/inference", case, name, "time over stock", ratios, "ratio")
        )
    return lines


def measure(net):
    """Lines of one net: times on LiteRT and on TFLM, sizes and instructions."""
    paths = {key: files.existing(key, net) for key in KEYS}
    lines = []
    for threads in (1, 2):
        case = f"{NAMES[net]}, LiteRT, {threads} thread{'s' * (threads > 1)}"
        functions = {key: litert(path, threads) for key, path in paths.items()}
        lines += lines_of(case, in_turns(functions, _ROUNDS.value, _RUNS.value))
    functions = {key: micro(path) for key, path in paths.items()}
    lines += lines_of(f"{NAMES[net]}, TFLM", in_turns(functions, _MICRO_ROUNDS.value, 1))
    return lines + file_lines(f"{NAMES[net]}, file", paths)


def file_lines(case, paths):
    """Lines of what stays the same from run to run: sizes and, with valgrind, instructions."""
    figures = {("file", "bytes"): {key: path.stat().st_size for key, path in paths.items()}}
    counts = {key: instructions.count(path) for key, path in paths.items()}
    if None not in counts.values():
        figures["instructions", ""] = counts
    lines = []
    for (metric, unit), values in figures.items():
        for key, value in values.items():
            name, over = CONVERTERS[key].name, value / values[STOCK]
            lines.append(results.line("peers/inference", case, name, metric, value, unit))
            lines.append(
                results.line("peers/inference", case, name, f"{metric} over stock", over, "ratio")
            )
    return lines


def main(_):
    """Measures all nets."""
    results.write(_OUTPUT.value, map(measure, _NETS.value))


if __name__ == "__main__":
    app.run(main)
