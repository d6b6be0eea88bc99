"""The tools whose files are compared with their Keras models: what trains, and what converts."""

import dataclasses
from collections.abc import Callable


@dataclasses.dataclass(frozen=True)
class Tool:
    """A tool.

    Attributes:
        name: its name in tables.
        environment: key of `environments.ENVIRONMENTS`.
        library: key of `libraries.LIBRARIES` that builds and trains the net.
        convert: makes bytes of the trained Keras model and pictures on [0, 1).
        post_training: whether litert-quantizer makes the file from these bytes.
    """

    name: str
    environment: str
    library: str
    convert: Callable
    post_training: bool = False


def _ours(model, images):
    import tflite_export

    return tflite_export.convert(model, exact="all")


def _tfmot(model, images):
    import tensorflow as tf

    converter = tf.lite.TFLiteConverter.from_keras_model(model)
    converter.optimizations = [tf.lite.Optimize.DEFAULT]
    converter.inference_output_type = tf.int8
    return converter.convert()


def _as_it_is(model, images):
    """Float operators, quantizers' arithmetic among them: what the stock converter makes of it."""
    import tensorflow as tf

    return tf.lite.TFLiteConverter.from_keras_model(model).convert()


def _post_training(model, images):
    """TFLiteConverter's own quantization of a float model."""
    import tensorflow as tf

    converter = tf.lite.TFLiteConverter.from_keras_model(model)
    converter.optimizations = [tf.lite.Optimize.DEFAULT]
    converter.representative_dataset = lambda: ([image[None]] for image in images)
    converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
    converter.inference_output_type = tf.int8
    return converter.convert()


TOOLS = {
    "ours": Tool("pikelpn_keras", "keras3", "ours", _ours),
    "tfmot": Tool("tfmot", "keras2", "tfmot", _tfmot),
    "post_training": Tool("TFLiteConverter, float model", "keras3", "keras3", _post_training),
    "litert_quantizer": Tool("litert-quantizer", "keras3", "keras3", _as_it_is, post_training=True),
    "qkeras": Tool("qkeras-v3", "qkeras", "qkeras", _as_it_is),
    "hgq": Tool("HGQ2", "hgq", "hgq", _as_it_is),
    "larq": Tool("larq", "keras2", "larq", _as_it_is),
}
