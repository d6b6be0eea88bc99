"""The work of sums, products and moves of tensors of int8 and uint8 files by others."""

import math

import numpy as np

from pikelpn_keras.cost.nodes.clamps import clamps, grid_clamps
from pikelpn_keras.cost.nodes.registry import counts
from pikelpn_keras.cost.number_formats import NumberFormat, signed
from pikelpn_keras.cost.operations import Operations
from pikelpn_keras.cost.rescaling import MULTIPLIER, SHIFT, rescaled
from pikelpn_keras.cost.work import Work
from pikelpn_keras.integer.kernels.elementwise import AffineProduct, AffineSum
from pikelpn_keras.integer.kernels.zero_point_move import ZeroPointMove


@counts(AffineSum)
def affine_sum(node):
    """One addition for each output; inputs on another scale than its own are rescaled."""
    elements, output = math.prod(node.output.shape), node.output.grid
    formats = tuple(NumberFormat(tensor.grid.bits) for tensor in node.inputs)
    operations, largest = [Operations("add", formats, elements, "residual")], 0
    for tensor in node.inputs:
        ratio = tensor.grid.scale / output.scale
        operations += rescaled(NumberFormat(tensor.grid.bits), np.array([ratio]), elements)
        largest += math.ceil(tensor.grid.magnitude * ratio)
    clamped = clamps((node.low, node.high), output.bits, -largest, largest, elements)
    return Work((*operations, *clamped))


@counts(AffineProduct)
def affine_product(node):
    """One product for each output, a fixed-point product and a shift."""
    elements = math.prod(node.output.shape)
    first, second = (tensor.grid for tensor in node.inputs)
    reach = first.magnitude * second.magnitude
    value = signed(reach)
    largest = int(np.abs(node.rule(np.array([reach]))).max())
    factors = NumberFormat(first.bits), NumberFormat(second.bits)
    return Work(
        (
            Operations("multiply", factors, elements, "gate"),
            Operations("multiply", (value, MULTIPLIER), elements, "scale"),
            Operations(
                "shift", (NumberFormat(value.bits + MULTIPLIER.bits), SHIFT), elements, "scale"
            ),
            *clamps((node.low, node.high), node.output.grid.bits, -largest, largest, elements),
        )
    )


@counts(ZeroPointMove)
def zero_point_move(node):
    """One addition for each number, and the clamp."""
    elements, grid = math.prod(node.output.shape), node.inputs[0].grid
    number = NumberFormat(grid.bits)
    return Work(
        (
            Operations("add", (number, number), elements, "scale"),
            *grid_clamps(node.output.grid, grid.low, grid.high, elements),
        )
    )
