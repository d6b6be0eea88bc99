"""The work of average pooling, of windows and of whole images."""

import math

from pikelpn_keras.cost import layer_work
from pikelpn_keras.cost.nodes.clamps import grid_clamps
from pikelpn_keras.cost.nodes.registry import counts
from pikelpn_keras.cost.number_formats import NumberFormat, signed, unsigned
from pikelpn_keras.cost.work import Work
from pikelpn_keras.integer.nodes import AveragePool2D, GlobalAveragePool


@counts(AveragePool2D)
def average_pool(node):
    """An addition for each place of a window, and the division of its sum."""
    return _averages(node, up=0)


@counts(GlobalAveragePool)
def global_average_pool(node):
    """An addition for each pixel of a channel, and the division of its sum."""
    return _averages(node, node.up)


def _averages(node, up):
    outputs, x = math.prod(node.output.shape), node.inputs[0].grid
    largest = node.count * x.magnitude
    total = signed(largest) if x.signed else unsigned(largest)
    return Work(
        (
            *layer_work.integer_average_pool(outputs, node.count, NumberFormat(x.bits), total, up),
            *grid_clamps(node.output.grid, x.low << up, x.high << up, outputs),
        )
    )
