"""The work of maximum pooling."""

import math

from pikelpn_keras.cost.nodes.registry import counts
from pikelpn_keras.cost.number_formats import NumberFormat
from pikelpn_keras.cost.operations import Operations, occurring
from pikelpn_keras.cost.work import Work
from pikelpn_keras.integer.nodes import MaxPool2D


@counts(MaxPool2D)
def max_pool2d(node):
    """One comparison less than a window has places, for each output, borders included."""
    x = NumberFormat(node.inputs[0].grid.bits)
    comparisons = math.prod(node.output.shape) * (math.prod(node.window.size) - 1)
    return Work(occurring((Operations("compare", (x, x), comparisons, "pooling"),)))
