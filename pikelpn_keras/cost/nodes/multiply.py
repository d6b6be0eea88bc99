"""The work of a multiplication by a gate."""

import math

from pikelpn_keras.cost.nodes.clamps import grid_clamps
from pikelpn_keras.cost.nodes.registry import counts
from pikelpn_keras.cost.number_formats import NumberFormat, signed, unsigned
from pikelpn_keras.cost.operations import Operations, occurring
from pikelpn_keras.cost.work import Work
from pikelpn_keras.integer.nodes import Multiply
from pikelpn_keras.integer.rounding import shift_half_up


@counts(Multiply)
def multiply(node):
    """One product for each output; where it is shifted, the half of the rounding and the shift."""
    elements = math.prod(node.output.shape)
    x, gate = (tensor.grid for tensor in node.inputs)
    corners = [a * b for a in (x.low, x.high) for b in (gate.low, gate.high)]
    largest = max(map(abs, corners))
    product = signed(largest) if min(corners) < 0 else unsigned(largest)
    half = unsigned(1 << max(node.shift - 1, 0))
    shifted = elements if node.shift else 0
    low, high = (int(shift_half_up(end, node.shift)) for end in (min(corners), max(corners)))
    factors = NumberFormat(x.bits), NumberFormat(gate.bits)
    return Work(
        occurring(
            (
                Operations("multiply", factors, elements, "gate"),
                Operations("add", (product, half), shifted, "scale"),
                Operations("shift", (product, unsigned(node.shift)), shifted, "scale"),
                *grid_clamps(node.output.grid, low, high, elements),
            )
        )
    )
