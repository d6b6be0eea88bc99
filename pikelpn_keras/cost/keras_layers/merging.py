"""The work of layers that join tensors."""

import keras

from pikelpn_keras.cost import layer_work
from pikelpn_keras.cost.keras_layers.registry import counts
from pikelpn_keras.cost.work import Work


@counts(keras.layers.Add, keras.layers.Subtract)
def add(call):
    """One addition less than there are inputs."""
    additions = (len(call.input_shapes) - 1) * call.elements
    return Work(layer_work.residual(additions, call.formats.elementwise))


@counts(keras.layers.Average)
def average(call):
    """Additions, and one product by the reciprocal."""
    number, additions = call.formats.elementwise, (len(call.input_shapes) - 1) * call.elements
    return Work(
        (
            *layer_work.residual(additions, number),
            *layer_work.same_format("multiply", "residual", call.elements, number),
        )
    )


@counts(keras.layers.Multiply)
def multiply(call):
    """One product less than there are inputs."""
    products = (len(call.input_shapes) - 1) * call.elements
    return Work(layer_work.gate(products, call.formats.elementwise))


@counts(keras.layers.Maximum, keras.layers.Minimum)
def extreme(call):
    """One comparison less than there are inputs."""
    comparisons = (len(call.input_shapes) - 1) * call.elements
    return Work(layer_work.relu(comparisons, call.formats.elementwise))
