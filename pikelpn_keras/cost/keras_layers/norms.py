"""The work of norms and of constant scales."""

import math

import keras

from pikelpn_keras.cost import layer_work
from pikelpn_keras.cost.keras_layers.registry import counts
from pikelpn_keras.cost.work import Storage, Work


@counts(keras.layers.BatchNormalization)
def batch_norm(call):
    """Folded to one product and one addition, with a multiplier and an offset for each channel."""
    number = call.formats.elementwise
    bits = 2 * call.output_shape[call.layer.axis - (call.layer.axis > 0)] * number.bits
    return Work(layer_work.norm(call.elements, number), storage=Storage(norms=bits))


@counts(keras.layers.LayerNormalization)
def layer_norm(call):
    """Mean and variance as they come, then one product and one addition, twice.

    For each number an addition to the mean, its subtraction, a square and its addition to the
    variance, a product with the root's inverse, and the learned product and addition.
    """
    number, count = call.formats.elementwise, call.elements
    vectors = count // call.output_shape[-1]
    parameters = sum(math.prod(weight.shape) for weight in call.layer.weights)
    return Work(
        (
            *layer_work.same_format("multiply", "norm", 3 * count, number),
            *layer_work.same_format("add", "norm", 4 * count, number),
            *layer_work.same_format("function", "norm", vectors, number),
        ),
        storage=Storage(norms=parameters * number.bits),
    )


@counts(keras.layers.Normalization, keras.layers.Rescaling)
def rescaling(call):
    """One product and one addition."""
    number = call.formats.elementwise
    return Work(
        (
            *layer_work.scale(call.elements, number),
            *layer_work.same_format("add", "scale", call.elements, number),
        )
    )
