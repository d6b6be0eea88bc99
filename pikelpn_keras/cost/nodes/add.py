"""The work of additions and subtractions of tensors."""

import math

from pikelpn_keras.cost.nodes.clamps import grid_clamps
from pikelpn_keras.cost.nodes.registry import counts
from pikelpn_keras.cost.number_formats import NumberFormat
from pikelpn_keras.cost.operations import Operations
from pikelpn_keras.cost.work import Work
from pikelpn_keras.integer.nodes import Add, Subtract


@counts(Add)
def add(node):
    """One addition for each output, and the clamp."""
    first, second = (tensor.grid for tensor in node.inputs)
    return _joined(node, first.low + second.low, first.high + second.high)


@counts(Subtract)
def subtract(node):
    """One subtraction for each output, and the clamp."""
    first, second = (tensor.grid for tensor in node.inputs)
    return _joined(node, first.low - second.high, first.high - second.low)


def _joined(node, low, high):
    elements = math.prod(node.output.shape)
    operands = tuple(NumberFormat(tensor.grid.bits) for tensor in node.inputs)
    return Work(
        (
            Operations("add", operands, elements, "residual"),
            *grid_clamps(node.output.grid, low, high, elements),
        )
    )
