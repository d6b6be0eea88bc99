"""Concatenation on one grid."""

import functools

import keras
from keras import ops

from pikelpn_keras.activation_quantizer import quantize_activation
from pikelpn_keras.grids import attach, grid_of
from pikelpn_keras.integer import nodes
from pikelpn_keras.integer.grid import Grid
from pikelpn_keras.integer.nodes import Tensor
from pikelpn_keras.layers.base import refuse
from pikelpn_keras.layers.freezable import RangeLayer, largest


@keras.saving.register_keras_serializable("pikelpn")
class QuantConcatenate(RangeLayer, keras.layers.Concatenate):
    """`keras.layers.Concatenate`, whose inputs meet on one grid.

    CONCATENATION only moves integers, so all inputs are put on the grid of the output while the
    model trains. An input that is an accumulator gets there for free; one that is on another grid
    already costs an operator of its own. The output is unsigned where all inputs are. It is exact
    everywhere.

    Args:
        axis: as in `keras.layers.Concatenate`; not that of the batch.
        bits: width of the output, 2 to 8.
        momentum: weight of the past in the running range.

    Example:

    >>> import pikelpn_keras as pk
    >>> inputs = keras.Input((8, 8, 4))
    >>> x = pk.layers.QuantInput()(inputs)
    >>> branch = pk.layers.QuantConv2D(3, 3, padding="same")(x)
    >>> keras.Model(inputs, QuantConcatenate()([x, branch])).output_shape
    (None, 8, 8, 7)
    """

    def __init__(self, axis=-1, bits=8, momentum=0.99, **kwargs):
        super().__init__(axis=axis, bits=bits, momentum=momentum, **kwargs)

    def build(self, input_shape):
        super().build(input_shape)
        refuse(
            self,
            self._positive_axis(len(input_shape[0])) == 0,
            "joins tensors along the batch, which has no integer form; use another axis",
        )

    def call(self, inputs, training=None):
        signed = any(grid_of(x, self).signed for x in inputs)
        if training:
            magnitudes = [largest(ops.abs(x)) for x in inputs]
            magnitude = functools.reduce(ops.maximum, magnitudes)
            self.follow(magnitude, Grid(0, self.bits, signed).high + 1)
        grid = Grid(ops.convert_to_tensor(self._exponent), self.bits, signed)
        terms = [quantize_activation(x, grid) for x in inputs]
        return attach(ops.concatenate(terms, axis=self.axis), grid)

    def lower(self, graph, *values):
        signed = any(value.grid.signed if isinstance(value, Tensor) else True for value in values)
        grid = Grid(self.exponent, self.bits, signed)
        terms = tuple(graph.requantize(value, grid, self.name) for value in values)
        shapes = [(None, *term.shape) for term in terms]
        shape = tuple(self.compute_output_shape(shapes)[1:])
        output = Tensor(graph.unique_name(self.name), shape, grid)
        return graph.add(nodes.Concatenate(terms, output, self._positive_axis(len(shapes[0]))))

    def _positive_axis(self, rank):
        return self.axis % rank
