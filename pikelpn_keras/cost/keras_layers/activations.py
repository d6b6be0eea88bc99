"""The work of activation functions."""

import keras

from pikelpn_keras.cost import layer_work
from pikelpn_keras.cost.keras_layers.registry import counts
from pikelpn_keras.cost.work import Work

# Comparisons, products and additions for each number.
_PIECEWISE = {
    "relu": (1, 0, 0),
    "relu6": (2, 0, 0),
    "leaky_relu": (1, 1, 0),
    "hard_sigmoid": (2, 1, 1),
    "hard_silu": (2, 2, 1),
}
_OF_A_FUNCTION = ("sigmoid", "tanh", "silu", "gelu", "elu", "selu", "softplus", "exponential")


@counts(keras.layers.Activation)
def activation(call):
    """A function by its name."""
    operations, unknown = activation_operations(call)
    return Work(operations, unknown=unknown)


@counts(keras.layers.ReLU)
def relu(call):
    """A comparison for each end; a slope is one product."""
    layer, number = call.layer, call.formats.elementwise
    ends = 1 + (layer.max_value is not None)
    slopes = call.elements if layer.negative_slope else 0
    return Work(
        (
            *layer_work.relu(ends * call.elements, number),
            *layer_work.same_format("multiply", "activation", slopes, number),
        )
    )


@counts(keras.layers.LeakyReLU, keras.layers.PReLU)
def sloped_relu(call):
    """A comparison and a product."""
    number = call.formats.elementwise
    return Work(
        (
            *layer_work.relu(call.elements, number),
            *layer_work.same_format("multiply", "activation", call.elements, number),
        )
    )


@counts(keras.layers.Softmax)
def softmax(call):
    """Over the last axis or another of the same length."""
    length = call.output_shape[-1]
    return Work(layer_work.softmax(call.elements, length, call.formats.elementwise))


def activation_operations(call):
    """The operations of the activation function of a layer.

    Args:
        call: a `LayerCall` of a layer with the attribute `activation`.

    Returns:
        tuple of `Operations`; and what is not known, a tuple with the function's name or empty.
    """
    name = getattr(call.layer.activation, "__name__", str(call.layer.activation))
    count, number = call.elements, call.formats.elementwise
    if name in ("linear", "None"):
        return (), ()
    if name in ("softmax", "log_softmax"):
        return layer_work.softmax(count, call.output_shape[-1], number), ()
    if name in _OF_A_FUNCTION:
        return layer_work.function(count, number), ()
    if name not in _PIECEWISE:
        return (), (f"activation {name}",)
    comparisons, products, additions = _PIECEWISE[name]
    return (
        *layer_work.same_format("compare", "activation", comparisons * count, number),
        *layer_work.same_format("multiply", "activation", products * count, number),
        *layer_work.same_format("add", "activation", additions * count, number),
    ), ()
