"""The work of pooling."""

import math

import keras

from pikelpn_keras.cost import layer_work
from pikelpn_keras.cost.keras_layers.registry import counts
from pikelpn_keras.cost.work import Work


@counts(keras.layers.AveragePooling1D, keras.layers.AveragePooling2D, keras.layers.AveragePooling3D)
def average_pool(call):
    """Averages of windows."""
    taps = math.prod(call.layer.pool_size)
    return Work(layer_work.average_pool(call.elements, taps, call.formats.elementwise))


@counts(keras.layers.MaxPooling1D, keras.layers.MaxPooling2D, keras.layers.MaxPooling3D)
def max_pool(call):
    """Maxima of windows."""
    taps = math.prod(call.layer.pool_size)
    return Work(layer_work.max_pool(call.elements, taps, call.formats.elementwise))


@counts(
    keras.layers.GlobalAveragePooling1D,
    keras.layers.GlobalAveragePooling2D,
    keras.layers.GlobalAveragePooling3D,
)
def global_average_pool(call):
    """Averages of images."""
    taps = math.prod(call.input_shapes[0]) // call.elements
    return Work(layer_work.average_pool(call.elements, taps, call.formats.elementwise))


@counts(
    keras.layers.GlobalMaxPooling1D,
    keras.layers.GlobalMaxPooling2D,
    keras.layers.GlobalMaxPooling3D,
)
def global_max_pool(call):
    """Maxima of images."""
    taps = math.prod(call.input_shapes[0]) // call.elements
    return Work(layer_work.max_pool(call.elements, taps, call.formats.elementwise))
