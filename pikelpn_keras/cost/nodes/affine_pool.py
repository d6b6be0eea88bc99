"""The work of average pooling of int8 and uint8 files by others."""

import math

from pikelpn_keras.cost import layer_work
from pikelpn_keras.cost.nodes.registry import counts
from pikelpn_keras.cost.number_formats import NumberFormat, signed
from pikelpn_keras.cost.work import Work
from pikelpn_keras.integer.kernels.average_pool2d import StoredAveragePool2D


@counts(StoredAveragePool2D)
def stored_average_pool(node):
    """An addition for each place of a window, borders included, and the division of its sum."""
    bits, taps = node.output.grid.bits, math.prod(node.window.size)
    total = signed(taps * 2**bits)
    outputs = math.prod(node.output.shape)
    return Work(layer_work.integer_average_pool(outputs, taps, NumberFormat(bits), total))
