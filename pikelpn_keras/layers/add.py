"""Residual addition on one grid."""

import keras
from keras import ops

from pikelpn_keras.activation_quantizer import quantize_activation
from pikelpn_keras.grids import attach, grid_of
from pikelpn_keras.integer import nodes
from pikelpn_keras.integer.grid import Grid
from pikelpn_keras.integer.nodes import Tensor
from pikelpn_keras.layers.base import refuse
from pikelpn_keras.layers.freezable import RangeLayer


@keras.saving.register_keras_serializable("pikelpn")
class QuantAdd(RangeLayer):
    """`keras.layers.Add` of two tensors, on one grid.

    Both inputs are put on the exponent of the sum, because no TFLite addition of unequal scales is
    exact (contract, section 6). An input that is an accumulator gets there for free; one that is on
    another grid already costs an operator of its own. The sum saturates at the range of its grid.

    Args:
        bits: width of inputs and output, 2 to 8.
        momentum: weight of the past in the running range.
        activation: None for a signed sum, or "relu" for an unsigned one, clamped at zero.

    Example:

    >>> import pikelpn_keras as pk
    >>> inputs = keras.Input((8, 8, 4))
    >>> x = pk.layers.QuantInput()(inputs)
    >>> branch = pk.layers.QuantConv2D(4, 3, padding="same")(x)
    >>> model = keras.Model(inputs, QuantAdd(activation="relu")([x, branch]))
    """

    def __init__(self, bits=8, momentum=0.99, activation=None, **kwargs):
        super().__init__(bits=bits, momentum=momentum, **kwargs)
        refuse(
            self,
            activation not in (None, "relu"),
            f"takes activation None or 'relu', not {activation!r}",
        )
        self.activation = activation

    @property
    def signed(self):
        """Whether sums may be negative."""
        return self.activation is None

    def build(self, input_shape):
        shapes = list(input_shape)
        refuse(
            self,
            len(shapes) != 2 or shapes[0][1:] != shapes[1][1:],
            f"adds two tensors of one shape, not {shapes}",
        )
        super().build(input_shape)

    def call(self, inputs, training=None):
        grids = [grid_of(x, self) for x in inputs]
        if training:
            magnitudes = [ops.max(ops.abs(x)) for x in (*inputs, inputs[0] + inputs[1])]
            self.follow(ops.max(ops.stack(magnitudes)), Grid(0, self.bits, self.signed).high + 1)
        exponent = ops.convert_to_tensor(self._exponent)
        terms = []
        for x, grid in zip(inputs, grids, strict=True):
            terms.append(quantize_activation(x, self._term_grid(grid.bits, grid.signed, exponent)))
        grid = Grid(exponent, self.bits, self.signed)
        return attach(quantize_activation(terms[0] + terms[1], grid), grid)

    def compute_output_shape(self, input_shape):
        return tuple(input_shape[0])

    def lower(self, graph, *values):
        terms = []
        for value in values:
            bits, signed = (
                (value.grid.bits, value.grid.signed) if isinstance(value, Tensor) else (32, True)
            )
            grid = self._term_grid(bits, signed, self.exponent)
            terms.append(graph.requantize(value, grid, self.name))
        output = Tensor(
            graph.unique_name(self.name),
            terms[0].shape,
            Grid(self.exponent, self.bits, self.signed),
        )
        return graph.add(nodes.Add(inputs=tuple(terms), output=output))

    def get_config(self):
        return {**super().get_config(), "activation": self.activation}

    def _term_grid(self, bits, signed, exponent):
        """The grid on which an input of `bits` bits is added."""
        return Grid(exponent, min(bits, self.bits), signed)
