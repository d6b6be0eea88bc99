"""What a quantized layer computes without rounding and clipping: its float meaning."""

import functools

import keras
from keras import ops

from pikelpn_keras import layers
from pikelpn_keras.layers.sloped_activation import SlopedActivation


def reference(layer, tensors):
    """The float meaning of a quantized layer.

    A layer that is derived from a Keras layer means what that one computes.
    An activation that is frozen already rounds because the float model does, so its rounding is
    part of what it means.

    Args:
        layer: a layer of `pikelpn_keras.layers`.
        tensors: its inputs, a list.

    Returns:
        a float32 tensor.

    Example:

    >>> ops.convert_to_numpy(reference(layers.QuantReLU(), [ops.array([-1.5, 0.3])]))
    array([0. , 0.3], dtype=float32)
    """
    return _meaning(layer, *tensors)


@functools.singledispatch
def _meaning(layer, *tensors):
    for ancestor in type(layer).__mro__:
        if ancestor.__module__.startswith("keras.") and ancestor is not keras.layers.Layer:
            return ancestor.call(layer, tensors[0] if len(tensors) == 1 else list(tensors))
    raise TypeError(f"{type(layer).__name__} has no float meaning in {__name__}; register one")


@_meaning.register
def _(layer: layers.QuantNorm, x):
    multiplier = ops.convert_to_tensor(layer.multiplier)
    return (x - layer.moving_mean) * multiplier + layer.beta


@_meaning.register
def _(layer: layers.QuantReLU, x):
    if layer.frozen:
        return layer.rounded(x, layer.grid)
    x = ops.relu(x)
    return x if layer.max_value is None else ops.minimum(x, layer.max_value)


@_meaning.register
def _(layer: layers.QuantIdentity, x):
    return layer.rounded(x, layer.grid) if layer.frozen else x


@_meaning.register
def _(layer: layers.QuantAdd, x, y):
    return ops.relu(x + y) if layer.activation == "relu" else x + y


@_meaning.register
def _(layer: layers.QuantSubtract, x, y):
    return x - y


@_meaning.register
def _(layer: layers.QuantMultiply, x, y):
    return x * y


@_meaning.register
def _(layer: layers.QuantHardSwish, x):
    return ops.hard_silu(x)


@_meaning.register
def _(layer: layers.QuantHardSigmoid, x):
    return ops.hard_sigmoid(x)


@_meaning.register
def _(layer: SlopedActivation, x):
    return ops.where(x < 0, x * layer.slopes(), x)


@_meaning.register
def _(layer: layers.QuantSign, x):
    return ops.where(x < 0, -1.0, 1.0)
