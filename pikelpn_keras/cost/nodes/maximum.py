"""The work of the larger of two tensors."""

import math

from pikelpn_keras.cost.nodes.registry import counts
from pikelpn_keras.cost.number_formats import NumberFormat
from pikelpn_keras.cost.operations import Operations
from pikelpn_keras.cost.work import Work
from pikelpn_keras.integer.nodes import Maximum


@counts(Maximum)
def maximum(node):
    """One comparison for each output: what is left of a leaky ReLU."""
    operands = tuple(NumberFormat(tensor.grid.bits) for tensor in node.inputs)
    return Work((Operations("compare", operands, math.prod(node.output.shape), "activation"),))
