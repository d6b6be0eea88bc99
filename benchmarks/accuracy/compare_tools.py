"""Accuracy and cost of other tools' .tflite files of the nets that `run.py` trained.

    PYTHONPATH=benchmarks/peers python benchmarks/accuracy/compare_tools.py \
        --data=cifar10_jpeg.npz --weights=weights --seeds=0,1,2 --output=tools.jsonl

Of --tools, TFLiteConverter and litert-quantizer quantize the float net after training, with int8
kernels and, litert-quantizer, INT4 ones where it can (not depthwise). tfmot trains int8 from the
float weights for as many epochs again: `run.py` does so with `tfmot_net`, whose weights go into
tfmot's own model here, which is converted. Each file classifies all test pictures on LiteRT, and
`pk.cost.ace_v2` counts it. One JSON line for each file goes to the output; a file that is made anew
counts once in the tables.
"""

import dataclasses
import itertools
import pathlib
import tempfile

import environments
import float_net as peers_float_net
import keras
import numpy as np
import tensorflow as tf
import tfmot_net
from absl import app, flags
from ai_edge_litert.interpreter import Interpreter
from architectures import CIFAR
from calibration import calibration_images
from differences import stored
from json_lines import append
from nets import float_net
from tools import TOOLS
from weight_files import weights_path

import pikelpn_keras as pk
from tflite_export.costing import workload

_DATA = flags.DEFINE_string("data", None, "npz file of pictures and labels", required=True)
_WEIGHTS = flags.DEFINE_string("weights", ".", "folder of the nets' weights")
_SEEDS = flags.DEFINE_list("seeds", ["0"], "seeds of the float nets")
_EPOCHS = flags.DEFINE_integer("float_epochs", 60, "epochs that the float nets were trained for")
_RATE = flags.DEFINE_float("rate", pk.FitRecipe().learning_rate, "peak rate of that training")
_TOOLS = flags.DEFINE_list("tools", ["converter", "litert_quantizer", "tfmot"], "keys of FILES")
_TEST_IMAGES = flags.DEFINE_integer("test_images", 10_000, "test pictures to classify")
_OUTPUT = flags.DEFINE_string("output", "tools.jsonl", "where results are appended")

BATCH_SIZE = 100


def trained(path, shape):
    """The float net of a file of `run.py`, from pictures on [0, 1) to logits."""
    whole = float_net(shape)
    whole.load_weights(path)
    architecture = dataclasses.replace(CIFAR, input_shape=shape)
    model = peers_float_net.separable_net(keras, architecture)
    model.set_weights(whole.get_weights())
    return model


def accuracy(tflite, images, labels):
    """Share of pictures on [0, 1) that a file classifies as their labels say."""
    interpreter = Interpreter(model_content=tflite, num_threads=2)
    source, result = interpreter.get_input_details()[0], interpreter.get_output_details()[0]
    interpreter.resize_tensor_input(source["index"], (BATCH_SIZE, *images.shape[1:]))
    interpreter.allocate_tensors()
    images, right = stored(source, images), 0
    for start in range(0, len(images), BATCH_SIZE):
        interpreter.set_tensor(source["index"], images[start : start + BATCH_SIZE])
        interpreter.invoke()
        classes = interpreter.get_tensor(result["index"]).argmax(1)
        right += int(np.sum(classes == labels[start : start + BATCH_SIZE]))
    return right / len(images)


def converted(model, twin, calibration, folder):
    """Yields (name, epochs beyond those of the float net, bytes) of TFLiteConverter's file."""
    yield "TFLiteConverter, int8", 0, TOOLS["post_training"].convert(model, calibration)


def litert_quantized(model, twin, calibration, folder):
    """Yields the same of litert-quantizer's files."""
    float_path = folder / "float.tflite"
    float_path.write_bytes(tf.lite.TFLiteConverter.from_keras_model(model).convert())
    np.save(folder / "calibration.npy", calibration)
    for bits, name in ((8, "int8"), (4, "INT4 pointwise")):
        path = folder / f"litert_{bits}.tflite"
        words = [float_path, folder / "calibration.npy", bits, path]
        environments.run("litert_quantizer", "post_training_file.py", *words)
        yield f"litert-quantizer, {name}", 0, path.read_bytes()


def fine_tuned(model, twin, calibration, folder):
    """Yields the same of tfmot's file."""
    shape = model.input_shape[1:]
    net = tfmot_net.separable_net(shape)
    net.load_weights(twin)
    weights = {str(index): array for index, array in enumerate(net.get_weights())}
    np.savez(folder / "weights.npz", **weights)
    path = folder / "tfmot.tflite"
    environments.run("keras2", "tfmot_file.py", folder / "weights.npz", *shape, path)
    yield "tfmot, int8", _EPOCHS.value, path.read_bytes()


FILES = {"converter": converted, "litert_quantizer": litert_quantized, "tfmot": fine_tuned}


def measure(seed, folder):
    """Yields the lines of one float net."""
    data = pathlib.Path(_DATA.value)
    name = data.name.removesuffix(".npz")
    with np.load(data) as file:
        images = (file["x_test"][: _TEST_IMAGES.value] / 256).astype("float32")
        labels = file["y_test"][: _TEST_IMAGES.value]
        calibration = (calibration_images(file["x_train"]) / 256).astype("float32")
    path, twin = (
        weights_path(_WEIGHTS.value, variant, name, seed, _EPOCHS.value, _RATE.value)
        for variant in ("float", tfmot_net.NAME)
    )
    model = trained(path, images.shape[1:])
    shared = {"topic": "tools", "data": name, "seed": seed, "test_images": len(images)}
    files = (FILES[tool](model, twin, calibration, folder) for tool in _TOOLS.value)
    for variant, epochs, tflite in itertools.chain.from_iterable(files):
        yield {
            **shared,
            "variant": variant,
            "epochs": _EPOCHS.value + epochs,
            "accuracy": accuracy(tflite, images, labels),
            "ace_v2": pk.cost.ace_v2(workload(tflite)),
            "bytes": len(tflite),
        }


def main(_):
    """Measures the nets of all seeds."""
    for seed in map(int, _SEEDS.value):
        with tempfile.TemporaryDirectory() as folder:
            for found in measure(seed, pathlib.Path(folder)):
                append(_OUTPUT.value, found)


if __name__ == "__main__":
    app.run(main)
