"""Ways from a separable net to a .tflite file, each of its own tool.

A converter is given an architecture and pictures on [0, 1), builds its net, lets norms and ranges
see the pictures once, and returns the function that makes the bytes: what comes before it is not
conversion. Tools are imported when they convert.
"""

import dataclasses
import importlib
from collections.abc import Callable

from libraries import LIBRARIES


@dataclasses.dataclass(frozen=True)
class Converter:
    """A way to a file.

    Attributes:
        name: its name in tables.
        environment: key of `environments.ENVIRONMENTS`.
        prepare: makes the converting function from an `Architecture`, pictures `(n, h, w, 3)`, and
            the bytes of the float file or None.
        needs_float: whether it starts from the float file.
    """

    name: str
    environment: str
    prepare: Callable
    needs_float: bool = False


def _built(key, architecture):
    """A library's net, with the same weights each time."""
    library = LIBRARIES[key]
    importlib.import_module(library.keras).utils.set_random_seed(0)
    return library.build(architecture)


def _ours(architecture, images, _):
    import tflite_export

    model = _built("ours", architecture)
    model(images, training=True)
    return lambda: tflite_export.convert(model, exact="all")


def _ours_int4(architecture, images, _):
    """All kernels of the blocks uniform with 4 bits, two in a byte."""
    import keras

    import pikelpn_keras as pk
    import tflite_export

    def uniform(layer):
        config = layer.get_config()
        if isinstance(layer, pk.layers.QuantSeparableConv2D):
            config["pointwise_quantizer"] = "uniform4"
        return type(layer).from_config(config)

    built = _built("ours", architecture)
    model = keras.models.clone_model(built, clone_function=uniform)
    model(images, training=True)
    return lambda: tflite_export.convert(model, weight_storage="int4")


def _tfmot(architecture, images, _):
    import tensorflow as tf

    model = _built("tfmot", architecture)
    model(images, training=True)

    def convert():
        converter = tf.lite.TFLiteConverter.from_keras_model(model)
        converter.optimizations = [tf.lite.Optimize.DEFAULT]
        converter.inference_input_type = converter.inference_output_type = tf.int8
        return converter.convert()

    return convert


def _float(architecture, images, _):
    import tensorflow as tf

    model = _built("keras3", architecture)
    model(images, training=True)
    return tf.lite.TFLiteConverter.from_keras_model(model).convert


def _litert_quantizer(architecture, images, float_file):
    from post_training_file import quantized

    return lambda: quantized(float_file, images, weight_bits=8)


CONVERTERS = {
    "ours": Converter("pikelpn_keras", "keras3", _ours),
    "ours_int4": Converter("pikelpn_keras, INT4 storage", "keras3", _ours_int4),
    "tfmot": Converter("TFLiteConverter, tfmot model", "keras2", _tfmot),
    "float": Converter("TFLiteConverter, float model", "keras3", _float),
    "litert_quantizer": Converter(
        "litert-quantizer, float file", "litert_quantizer", _litert_quantizer, needs_float=True
    ),
}
