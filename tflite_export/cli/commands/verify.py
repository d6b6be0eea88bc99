"""Check that a .tflite file computes exactly what its model computes.

Runs the Keras model and the file on every kernel family of this machine and compares all output
integers with the integer contract. The exit status is 1 if one of them differs. Without a file the
model is converted in memory. Without images random ones are taken.
"""

import pathlib
import sys
import warnings

import numpy as np
from absl import flags

from tflite_export.cli import image_flags, saved_models
from tflite_export.cli.errors import UserError, user_errors

USAGE = "pikelpn verify MODEL.keras [MODEL.tflite] [--dataset=NAME | --data_dir=FOLDER] [FLAGS]"
PATHS = range(1, 3)


def define_flags(values):
    """Defines the flags of `pikelpn verify`."""
    image_flags.define(values)
    own = {"flag_values": values, "module_name": "pikelpn verify"}
    flags.DEFINE_integer("samples", 256, "How many images at most.", lower_bound=1, **own)
    flags.DEFINE_integer("seed", 0, "Seed of random images.", lower_bound=0, **own)


def run(values, model_path, tflite_path=None):
    """Prints the report; returns 1 if an integer differs or no runtime could be tried."""
    tflite = None if tflite_path is None else pathlib.Path(tflite_path).read_bytes()
    model = saved_models.load(model_path)
    import pikelpn_keras as pk
    import tflite_export

    with user_errors():
        graph = pk.integer_graph(model)
        tflite = _converted(model) if tflite is None else tflite
        inputs = _inputs(values, graph)
        report = tflite_export.verify(model, tflite, inputs, progress=_print_progress)
    print(report)
    return 0 if report.exact else 1


def _converted(model):
    import tflite_export

    # The report names the layers that are not proven exact.
    with warnings.catch_warnings(action="ignore", category=UserWarning):
        return tflite_export.convert(model)


def _inputs(values, graph):
    if not image_flags.chosen(values):
        return _random_inputs(values, graph)
    shapes = [tensor.shape for tensor in graph.inputs]
    if len(shapes) > 1 or len(shapes[0]) != 3:
        raise UserError("the model does not take one image; leave the images away for random input")
    *size, channels = shapes[0]
    images = image_flags.load(values, tuple(size), channels).x_test
    # Test images may be sorted by class: take them from everywhere.
    chosen = np.linspace(0, len(images) - 1, min(values.samples, len(images))).astype(int)
    print(f"{len(chosen)} of {len(images)} test images", file=sys.stderr)
    return images[chosen]


def _random_inputs(values, graph):
    generator = np.random.default_rng(values.seed)
    print(f"{values.samples} random images, seed {values.seed}", file=sys.stderr)
    return tuple(
        generator.integers(
            tensor.grid.low, tensor.grid.high, (values.samples, *tensor.shape), endpoint=True
        )
        for tensor in graph.inputs
    )


def _print_progress(done, total):
    print(f"verified {done} of {total} images", file=sys.stderr)
