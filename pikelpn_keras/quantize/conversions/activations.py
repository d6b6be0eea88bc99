"""Activations that are layers."""

import keras
import numpy as np

from pikelpn_keras import layers
from pikelpn_keras.quantize.activations import activate
from pikelpn_keras.quantize.errors import refuse, refuse_not_finite
from pikelpn_keras.quantize.registry import converts

# What the slopes 0, to the grid's precision, and 1 stand for.
SMALLEST_SLOPE, LARGEST_SLOPE = -(2.0**-8), np.sqrt(2)


@converts(keras.layers.Activation)
def activation(layer, values, builder):
    """Activation."""
    return activate(layer, layer.activation, values[0], builder)


@converts(keras.layers.ReLU)
def relu(layer, values, builder):
    """ReLU, plain or up to 6."""
    if layer.negative_slope or layer.threshold or layer.max_value not in (None, 6):
        refuse(layer, "has a slope, a threshold or a max_value besides 6; use ReLU() or ReLU(6)")
    name = "relu" if layer.max_value is None else "relu6"
    return activate(layer, keras.activations.get(name), values[0], builder)


@converts(keras.layers.PReLU)
def parametric_relu(layer, values, builder):
    """PReLU with a slope for each channel, which becomes the nearest power of two up to 1."""
    alpha = keras.ops.convert_to_numpy(layer.alpha)
    if set(alpha.shape[:-1]) - {1}:
        refuse(layer, f"has slopes of shape {alpha.shape}; share all axes but the last")
    refuse_not_finite(layer, alpha)
    lowest, highest = alpha.min(), alpha.max()
    if lowest < SMALLEST_SLOPE or highest > LARGEST_SLOPE:
        refuse(
            layer,
            f"has slopes from {lowest:.3g} to {highest:.3g}, and none below 0 or above 1 has a "
            "power of two near it; constrain alpha and train again",
        )
    value = builder.activated(values[0], layers.QuantPReLU, layer, "")
    value.tensor._keras_history.operation.alpha.assign(alpha)
    return value


@converts(keras.layers.Softmax)
def softmax(layer, values, builder):
    """Softmax, at the model's end."""
    return activate(layer, keras.activations.softmax, values[0], builder)
