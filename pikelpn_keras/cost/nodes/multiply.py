"""The work of a multiplication by a gate."""

import math

from pikelpn_keras.cost.nodes.clamps import clamps
from pikelpn_keras.cost.nodes.registry import counts
from pikelpn_keras.cost.number_formats import NumberFormat, unsigned
from pikelpn_keras.cost.operations import Operations, occurring
from pikelpn_keras.cost.work import Work
from pikelpn_keras.integer.nodes import Multiply
from pikelpn_keras.integer.rounding import shift_half_up


@counts(Multiply)
def multiply(node):
    """One product for each output; where it is shifted, the half of the rounding and the shift."""
    elements = math.prod(node.output.shape)
    x, gate = (tensor.grid for tensor in node.inputs)
    largest = x.high * gate.high
    product, half = unsigned(largest), unsigned(1 << max(node.shift - 1, 0))
    shifted = elements if node.shift else 0
    return Work(
        occurring(
            (
                Operations(
                    "multiply", (NumberFormat(x.bits), NumberFormat(gate.bits)), elements, "gate"
                ),
                Operations("add", (product, half), shifted, "scale"),
                Operations("shift", (product, unsigned(node.shift)), shifted, "scale"),
                *clamps(node.output.grid, 0, int(shift_half_up(largest, node.shift)), elements),
            )
        )
    )
