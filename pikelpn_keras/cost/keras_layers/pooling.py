"""The work of pooling."""

import math

import keras

from pikelpn_keras.cost import layer_work
from pikelpn_keras.cost.keras_layers.registry import counts
from pikelpn_keras.cost.work import Work


@counts(
    keras.layers.AveragePooling1D,
    keras.layers.AveragePooling2D,
    keras.layers.AveragePooling3D,
    keras.layers.GlobalAveragePooling1D,
    keras.layers.GlobalAveragePooling2D,
    keras.layers.GlobalAveragePooling3D,
)
def average_pool(call):
    """Averages of windows or of whole images."""
    return Work(layer_work.average_pool(call.elements, _taps(call), call.formats.elementwise))


@counts(
    keras.layers.GlobalMaxPooling1D,
    keras.layers.GlobalMaxPooling2D,
    keras.layers.GlobalMaxPooling3D,
    keras.layers.MaxPooling1D,
    keras.layers.MaxPooling2D,
    keras.layers.MaxPooling3D,
)
def max_pool(call):
    """Maxima of windows or of whole images."""
    return Work(layer_work.max_pool(call.elements, _taps(call), call.formats.elementwise))


def _taps(call):
    """Numbers under one place of the window."""
    if hasattr(call.layer, "pool_size"):
        return math.prod(call.layer.pool_size)
    return math.prod(call.input_shapes[0]) // call.elements
