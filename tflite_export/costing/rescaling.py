"""How integer operators bring results to the grid of their output."""

import numpy as np

from pikelpn_keras.cost import Operations
from pikelpn_keras.cost.nodes.clamps import clamps
from pikelpn_keras.cost.number_formats import signed
from pikelpn_keras.cost.operations import occurring
from pikelpn_keras.cost.rescaling import rescaled
from pikelpn_keras.integer import Grid
from tflite_export.costing.registry import format_of, scale_of

RELUS = {"RELU", "RELU6", "RELU_N1_TO_1"}


def brought_to(call, value, ratios, largest):
    """Rescaling, zero point and clamp of all values of an operator.

    Args:
        call: the `Call`.
        value: `NumberFormat` of the values before.
        ratios: array of floats that they are multiplied by.
        largest: bound of their magnitude.
    """
    output, count = call.output, call.output.size
    narrow = format_of(output)
    result = int(min(np.ceil(largest * float(np.max(ratios, initial=0))), 2.0**62))
    zero = count if len(output.zero_points) and output.zero_points.any() else 0
    # Counted from the zero point, what a ReLU gives is unsigned.
    grid = Grid(0, narrow.bits, signed=not _is_relu(call))
    return (
        *rescaled(value, ratios, count),
        *occurring((Operations("add", (signed(result), narrow), zero, "scale"),)),
        *clamps((grid.low, grid.high), grid.bits, -result, result, count),
    )


def between(call, tensor):
    """What it takes to bring all of an input to the scale of the output; nothing if they agree."""
    source, target = scale_of(tensor), scale_of(call.output)
    if source is None or target is None:
        return ()
    return rescaled(format_of(tensor), np.array([source / target]), tensor.size)


def _is_relu(call):
    if call.operator.options.get("fused_activation_function") in RELUS:
        return True
    output = call.output
    lowest = -(2 ** (format_of(output).bits - 1)) if output.dtype.startswith("int") else 0
    return len(output.zero_points) == 1 and output.zero_points[0] == lowest
