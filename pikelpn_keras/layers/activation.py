"""Activations that put accumulators on a grid."""

import keras
from keras import ops

from pikelpn_keras.activation_quantizer import quantize_activation
from pikelpn_keras.grids import attach, grid_of
from pikelpn_keras.integer.grid import Grid
from pikelpn_keras.layers.freezable import RangeLayer


class QuantActivation(RangeLayer):
    """Base of the activations whose clamp is the range of their output grid."""

    signed: bool

    @property
    def grid(self):
        """The output `Grid`."""
        return self.grid_of_exponent(self.exponent)

    def grid_of_exponent(self, exponent):
        """The output grid for a given exponent."""
        return Grid(exponent, self.bits, self.signed)

    def call(self, inputs, training=None):
        grid_of(inputs, self)
        if training:
            self.follow(self.magnitude(inputs), self.grid_of_exponent(0).high + 1)
        grid = self.grid_of_exponent(ops.convert_to_tensor(self._exponent))
        return attach(quantize_activation(inputs, grid), grid)

    def compute_output_shape(self, input_shape):
        return input_shape

    def lower(self, graph, value):
        return graph.requantize(value, self.grid, self.name)


@keras.saving.register_keras_serializable("pikelpn")
class QuantReLU(QuantActivation):
    """ReLU whose output is an unsigned integer of `bits` bits on a running range.

    With the layers before it, it becomes one operator: the clamp of the output range *is* the ReLU.
    The gradient is straight-through inside the range and zero outside.

    Args:
        bits: width of the output, 2 to 8.
        momentum: weight of the past in the running range.

    Example:

    >>> relu = QuantReLU(bits=4)
    >>> relu.build((None, 3))
    >>> relu.grid
    Grid(exponent=0, bits=4, signed=False)
    """

    signed = False

    def magnitude(self, inputs):
        """The largest value, a scalar tensor."""
        return ops.max(inputs)


@keras.saving.register_keras_serializable("pikelpn")
class QuantIdentity(QuantActivation):
    """No activation: puts values on a signed grid of `bits` bits, as a model's end needs it.

    The gradient is straight-through inside the range and zero outside.

    Args:
        bits: width of the output, 2 to 8.
        momentum: weight of the past in the running range.
    """

    signed = True

    def magnitude(self, inputs):
        """The largest absolute value, a scalar tensor."""
        return ops.max(ops.abs(inputs))
