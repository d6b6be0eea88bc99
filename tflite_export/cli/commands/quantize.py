"""Quantize a float Keras model.

The images, a few hundred of the training set, calibrate the ranges of activations; without them the
model has to be trained before it is of use. The quantized model takes raw uint8 pixels;
--input_scale and --input_offset say what the float model was fed for a pixel, where no layer of its
own scales it. If class names lie beside the model, in MODEL.labels.txt, they are copied.
"""

import pathlib
import sys
import warnings

import numpy as np
from absl import flags

from tflite_export.cli import files, image_flags, labels, saved_models
from tflite_export.cli.errors import UserError, user_errors

USAGE = (
    "pikelpn quantize FLOAT.keras --output=MODEL.keras --config=w8a8 "
    "[--dataset=NAME | --data_dir=FOLDER] [FLAGS]"
)
PATHS = range(1, 2)


def define_flags(values):
    """Defines the flags of `pikelpn quantize`."""
    image_flags.define(values)
    own = {"flag_values": values, "module_name": "pikelpn quantize"}
    flags.DEFINE_string("output", "model.keras", "The file to write.", **own)
    flags.DEFINE_enum(
        "config", "pikelpn", ["pikelpn", "w8a8", "w4a4", "binary"], "The QuantConfig.", **own
    )
    flags.DEFINE_integer("samples", 256, "How many images at most.", lower_bound=1, **own)
    flags.DEFINE_integer("seed", 0, "Seed of the choice of images.", lower_bound=0, **own)
    flags.DEFINE_float("input_scale", 1.0, "The float model takes pixel * scale + offset.", **own)
    flags.DEFINE_float("input_offset", 0.0, "See --input_scale.", **own)


def run(values, model_path):
    """Quantizes and writes the model."""
    output = files.output_path(values.output, ".keras")
    float_model = saved_models.load(model_path)
    import pikelpn_keras as pk
    from pikelpn_keras.config import InputGrid

    images = _images(values, float_model) if image_flags.chosen(values) else None
    with user_errors(), warnings.catch_warnings(record=True) as notes:
        warnings.simplefilter("always", UserWarning)
        grid = InputGrid(scale=values.input_scale, offset=values.input_offset)
        config = getattr(pk.QuantConfig, values.config)(input=grid)
        model = pk.quantize_model(float_model, config, images)
    for note in notes:
        if note.category is UserWarning:
            print(note.message, file=sys.stderr)
    with files.replacing(output) as beside:
        model.save(beside)
    labels.copy(pathlib.Path(model_path), output)
    print(f"wrote {output}, {model.count_params():,} parameters")
    return 0


def _images(values, model):
    shapes = [tuple(tensor.shape[1:]) for tensor in model.inputs]
    if len(shapes) > 1 or len(shapes[0]) != 3:
        raise UserError("the model does not take one image; leave the images away")
    *size, channels = shapes[0]
    images = image_flags.load(values, tuple(size), channels).x_train
    random = np.random.default_rng(values.seed)
    chosen = random.permutation(len(images))[: values.samples]
    print(f"{len(chosen)} of {len(images)} training images", file=sys.stderr)
    return images[chosen]
