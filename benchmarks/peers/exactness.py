"""Integers that differ between each tool's Keras model and its own .tflite file, by resolver.

    python benchmarks/peers/exactness.py --output=benchmarks/results/exactness.jsonl

Each tool trains a small separable net on Fashion-MNIST (or a file of --data) for some steps,
converts it, and predicts test pictures. What Keras predicts is put on the grid of the file's
output; a file with float outputs (qkeras-v3, HGQ2, larq) has none, and both sides are put on the
8-bit grid that spans Keras's predictions. Where a float model is quantized after training, no
Keras model knows of integers, and the file is compared with the float one.
"""

import pathlib
import tempfile

import environments
import numpy as np
import results
from absl import app, flags
from differences import RESOLVERS, differing, outputs
from tools import TOOLS

from tflite_export.cli import datasets

_DATA = flags.DEFINE_string("data", None, "npz file of x_train, y_train and x_test")
_STEPS = flags.DEFINE_integer("steps", 200, "training steps")
_IMAGES = flags.DEFINE_integer("images", 1000, "test pictures to compare")
_TOOLS = flags.DEFINE_list("tools", list(TOOLS), "tools")
_OUTPUT = flags.DEFINE_string("output", None, "file for the JSON lines")


def measure(key, data):
    """Lines of one tool; `data` is the path of the npz file."""
    tool = TOOLS[key]
    with tempfile.TemporaryDirectory() as folder:
        words = [key, data, _STEPS.value, _IMAGES.value, folder]
        environments.run(tool.environment, "exactness_worker.py", *words)
        path = pathlib.Path(folder, "model.tflite")
        if tool.post_training:
            words = [path, path.with_name("calibration.npy"), 8, path]
            environments.run("litert_quantizer", "post_training_file.py", *words)
        tflite = path.read_bytes()
        predictions = np.load(pathlib.Path(folder, "predictions.npy"))
    with np.load(data) as file:
        images = (file["x_test"][: _IMAGES.value] / 256).astype("float32")
    lines = []
    for name, resolver in RESOLVERS.items():
        try:
            share, largest = differing(predictions, *outputs(tflite, images, resolver))
        except ValueError as error:
            print(f"{tool.name} does not load on {name}: {error}")
            continue
        for metric, value, unit in (
            (f"{name}, differing", 100 * share, "%"),
            (f"{name}, largest", largest, "steps"),
        ):
            case = f"{len(images)} pictures"
            lines.append(results.line("peers/exactness", case, tool.name, metric, value, unit))
    return lines


def _fashion_mnist(path):
    found = datasets.load("fashion_mnist", datasets.Request())
    np.savez(path, x_train=found.x_train, y_train=found.y_train, x_test=found.x_test)


def main(_):
    """Measures all tools."""
    with tempfile.TemporaryDirectory() as folder:
        data = pathlib.Path(_DATA.value or pathlib.Path(folder, "data.npz"))
        if _DATA.value is None:
            _fashion_mnist(data)
        results.write(_OUTPUT.value, (measure(key, data) for key in _TOOLS.value))


if __name__ == "__main__":
    app.run(main)
