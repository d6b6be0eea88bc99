"""The work of a softmax."""

import math

from pikelpn_keras.cost import layer_work
from pikelpn_keras.cost.nodes.registry import counts
from pikelpn_keras.cost.number_formats import NumberFormat
from pikelpn_keras.cost.work import Work
from pikelpn_keras.integer.kernels.softmax import FixedPointSoftmax, TableSoftmax
from pikelpn_keras.integer.nodes import Softmax


@counts(Softmax, TableSoftmax, FixedPointSoftmax)
def softmax(node):
    """By a table of exponentials and one division for each vector, as whoever computes it may."""
    shape, x = node.output.shape, NumberFormat(node.inputs[0].grid.bits)
    return Work(layer_work.integer_softmax(math.prod(shape), shape[-1], x))
