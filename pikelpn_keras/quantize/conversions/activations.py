"""Activations that are layers."""

import keras

from pikelpn_keras.quantize.activations import activate
from pikelpn_keras.quantize.errors import refuse
from pikelpn_keras.quantize.registry import converts


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


@converts(keras.layers.Softmax)
def softmax(layer, values, builder):
    """Softmax, at the model's end."""
    return activate(layer, keras.activations.softmax, values[0], builder)
