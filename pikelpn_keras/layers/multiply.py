"""Multiplication by a gate."""

import keras
from keras import ops

from pikelpn_keras.activation_quantizer import quantize_activation
from pikelpn_keras.graph_builder import read_grid
from pikelpn_keras.grids import activation_grid_of, attach
from pikelpn_keras.integer import nodes
from pikelpn_keras.integer.grid import Grid
from pikelpn_keras.integer.nodes import Tensor
from pikelpn_keras.layers.base import QuantLayer, refuse


@keras.saving.register_keras_serializable("pikelpn")
class QuantMultiply(QuantLayer):
    """`keras.layers.Multiply` of a tensor and a gate, as in squeeze-and-excite.

    The product is rounded half up to the grid of the first input and saturates there: a gate is at
    most 1, so the range serves. The grid is coarser where the gate's steps are larger than 1, and
    by one bit where the gate alone gives the product a sign. The gradient is straight-through where
    nothing saturates.

    It is exact on every runtime. Of unsigned tensors, with a gate of at most 7 bits, it is a
    QUANTIZE of the gate and one MUL; else six operators read it from a table of all pairs of
    integers, 64 KiB for 8 bits each.

    The inputs are a list of the tensor and its gate. The gate's shape is that of the tensor, with
    some sizes 1: `(batch, 1, 1, channels)` for a gate for each channel.

    Example:

    >>> import pikelpn_keras as pk
    >>> x = inputs = keras.Input((8, 8, 4))
    >>> x = pk.layers.QuantReLU()(pk.layers.QuantConv2D(4, 3)(pk.layers.QuantInput()(x)))
    >>> gate = pk.layers.QuantGlobalAveragePooling2D(keepdims=True)(x)
    >>> gate = pk.layers.QuantHardSigmoid(bits=7)(pk.layers.QuantConv2D(4, 1)(gate))
    >>> keras.Model(inputs, QuantMultiply()([x, gate])).output_shape
    (None, 6, 6, 4)
    """

    def build(self, input_shape):
        shapes = [tuple(shape)[1:] for shape in input_shape]
        fits = (
            len(shapes) == 2
            and len(shapes[0]) == len(shapes[1])
            and all(gate in (1, size) for size, gate in zip(*shapes, strict=True))
        )
        refuse(
            self,
            not fits,
            f"multiplies a tensor by a gate of its shape or of sizes 1, not {shapes}; pool with "
            "keepdims=True",
        )
        super().build(input_shape)

    def call(self, inputs):
        x, gate = inputs
        grid = _product_grid(*(activation_grid_of(tensor, self) for tensor in inputs))
        return attach(quantize_activation(x * gate, grid), grid)

    def compute_output_shape(self, input_shape):
        return tuple(input_shape[0])

    def lower(self, graph, *values):
        x, gate = (read_grid(self, value) for value in values)
        output = Tensor(graph.unique_name(self.name), x.shape, _product_grid(x.grid, gate.grid))
        return graph.add(nodes.Multiply((x, gate), output))


def _product_grid(x, gate):
    """The grid of a product, from those of its factors."""
    gains_sign = int(gate.signed and not x.signed)
    if isinstance(gate.exponent, int):
        coarser = max(gate.exponent, 0)
    else:
        coarser = ops.maximum(gate.exponent, 0)
    return Grid(x.exponent + coarser + gains_sign, x.bits, signed=x.signed or gate.signed)
