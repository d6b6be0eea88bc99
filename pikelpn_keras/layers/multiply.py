"""Multiplication by a gate."""

import keras
from keras import ops

from pikelpn_keras.activation_quantizer import quantize_activation
from pikelpn_keras.grids import activation_grid_of, attach
from pikelpn_keras.integer import nodes
from pikelpn_keras.integer.grid import Grid
from pikelpn_keras.integer.nodes import Tensor
from pikelpn_keras.layers.base import QuantLayer, refuse
from pikelpn_keras.lowering import read_grid

LARGEST_GATE_BITS = 7


@keras.saving.register_keras_serializable("pikelpn")
class QuantMultiply(QuantLayer):
    """`keras.layers.Multiply` of a tensor and a gate, as in squeeze-and-excite.

    The product is rounded half up to the grid of the first input (a coarser one if the gate's steps
    are larger than 1) and saturates there; a gate is at most 1, so the range serves. Both inputs
    are unsigned and the gate has at most 7 bits: then it is exact on every runtime, as a QUANTIZE
    of the gate and one MUL. The gradient is straight-through where nothing saturates.

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
        x_grid, gate_grid = (activation_grid_of(tensor, self) for tensor in inputs)
        self._check(x_grid, gate_grid)
        coarser = ops.maximum(ops.convert_to_tensor(gate_grid.exponent), 0)
        grid = Grid(x_grid.exponent + coarser, x_grid.bits, signed=False)
        return attach(quantize_activation(x * gate, grid), grid)

    def compute_output_shape(self, input_shape):
        return tuple(input_shape[0])

    def lower(self, graph, *values):
        x, gate = (read_grid(self, value) for value in values)
        grid = Grid(x.grid.exponent + max(gate.grid.exponent, 0), x.grid.bits, signed=False)
        output = Tensor(graph.unique_name(self.name), x.shape, grid)
        return graph.add(nodes.Multiply((x, gate), output))

    def _check(self, x_grid, gate_grid):
        refuse(
            self,
            x_grid.signed or gate_grid.signed,
            "multiplies unsigned tensors only, for no product of signed ones is exact on all "
            "runtimes; put QuantReLU before it",
        )
        refuse(
            self,
            gate_grid.bits > LARGEST_GATE_BITS,
            f"takes a gate, its second input, of at most {LARGEST_GATE_BITS} bits, not "
            f"{gate_grid.bits}; end it with QuantHardSigmoid(bits=7) or QuantReLU(bits=7)",
        )
