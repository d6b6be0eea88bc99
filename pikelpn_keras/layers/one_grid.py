"""What the layers that join two tensors on one grid share."""

import functools

from keras import ops

from pikelpn_keras.activation_quantizer import quantize_activation
from pikelpn_keras.grids import attach, grid_of
from pikelpn_keras.integer.grid import Grid
from pikelpn_keras.integer.nodes import Tensor
from pikelpn_keras.layers.base import refuse
from pikelpn_keras.layers.freezable import RangeLayer, largest


class OneGridLayer(RangeLayer):
    """A layer that puts two tensors of one shape on the exponent of its output and joins them.

    No TFLite operator that adds tensors of unequal scales is exact (contract, section 6). An input
    that is an accumulator gets on the grid for free; one that is on another grid already costs an
    operator of its own. The output saturates at the range of its grid.

    Subclasses say how two tensors are joined and name the node.

    Args:
        bits: width of inputs and output, 2 to 8.
        momentum: weight of the past in the running range.
        activation: None for a signed output, or "relu" for an unsigned one, clamped at zero.
    """

    node_type = None

    def __init__(self, bits=8, momentum=0.99, activation=None, **kwargs):
        super().__init__(bits=bits, momentum=momentum, **kwargs)
        refuse(
            self,
            activation not in (None, "relu"),
            f"takes activation None or 'relu', not {activation!r}",
        )
        self.activation = activation

    def join(self, first, second):
        """The float operation, which is exact on one grid."""
        raise NotImplementedError

    @property
    def signed(self):
        """Whether outputs may be negative."""
        return self.activation is None

    def build(self, input_shape):
        shapes = list(input_shape)
        refuse(
            self,
            len(shapes) != 2 or shapes[0][1:] != shapes[1][1:],
            f"{self.node_type.__name__.lower()}s two tensors of one shape, not {shapes}",
        )
        super().build(input_shape)

    def call(self, inputs, training=None):
        grids = [grid_of(x, self) for x in inputs]
        if training:
            magnitudes = [largest(ops.abs(x)) for x in (*inputs, self.join(*inputs))]
            magnitude = functools.reduce(ops.maximum, magnitudes)
            self.follow(magnitude, Grid(0, self.bits, self.signed).high + 1)
        exponent = ops.convert_to_tensor(self._exponent)
        terms = []
        for x, grid in zip(inputs, grids, strict=True):
            terms.append(quantize_activation(x, self._term_grid(grid.bits, grid.signed, exponent)))
        grid = Grid(exponent, self.bits, self.signed)
        return attach(quantize_activation(self.join(*terms), grid), grid)

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
        return graph.add(self.node_type(inputs=tuple(terms), output=output))

    def get_config(self):
        return {**super().get_config(), "activation": self.activation}

    def _term_grid(self, bits, signed, exponent):
        """The grid on which an input of `bits` bits is joined."""
        return Grid(exponent, min(bits, self.bits), signed)
