"""Activation functions of float models, by name."""

import warnings

import keras

from pikelpn_keras import layers
from pikelpn_keras.quantize.errors import refuse

_SUBSTITUTES = {"gelu": "hard_swish", "silu": "hard_swish", "sigmoid": "hard_sigmoid"}
# Left out at the end of a model: they change no order of classes, and logits train better.
_OF_LOGITS = ("softmax", "sigmoid")
_LAYERS = {
    "hard_sigmoid": layers.QuantHardSigmoid,
    "hard_silu": layers.QuantHardSwish,
    "hard_swish": layers.QuantHardSwish,
    "leaky_relu": layers.QuantLeakyReLU,
}


def activate(layer, function, value, builder):
    """`value` behind an activation function.

    Args:
        layer: the float layer that applies it.
        function: a Keras activation function.
        value: any value.
        builder: the `Builder`.

    Raises:
        ValueError: if the function has no integer meaning here.
    """
    name = str(keras.activations.serialize(function))
    suffix = "" if type(layer).__name__ in ("Activation", "ReLU", "Softmax") else f"_{name}"
    if name == "linear":
        return value
    if name == "relu":
        return builder.rectified(value, layer, suffix)
    if name == "relu6":
        return builder.activated(value, layers.QuantReLU, layer, suffix, max_value=6.0)
    if name in _OF_LOGITS and builder.at_end:
        warnings.warn(
            f"the {name} of layer '{layer.name}' is left out: the quantized model gives logits, "
            "so compile it with a loss that has from_logits=True",
            stacklevel=2,
        )
        return value
    if name not in _LAYERS:
        substitute = _SUBSTITUTES.get(name, "relu")
        refuse(layer, f"has the activation {name!r}; use {substitute} in its place and train again")
    return builder.activated(value, _LAYERS[name], layer, suffix)
