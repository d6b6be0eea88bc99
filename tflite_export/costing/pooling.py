"""The work of pooling and of reductions."""

import numpy as np

from pikelpn_keras.cost import Operations, layer_work
from pikelpn_keras.cost.number_formats import signed
from pikelpn_keras.cost.operations import occurring
from pikelpn_keras.cost.rescaling import rescaled
from pikelpn_keras.cost.work import Work
from tflite_export.costing.fused import fused_activation
from tflite_export.costing.registry import counts, format_of, scale_of


@counts("AVERAGE_POOL_2D")
def average_pool(call):
    """Averages of windows."""
    options = call.operator.options
    return _averages(call, options["filter_width"] * options["filter_height"])


@counts("MEAN")
def mean(call):
    """Averages over some axes."""
    return _averages(call, call.inputs[0].size // max(call.output.size, 1))


@counts("MAX_POOL_2D")
def max_pool(call):
    """Maxima of windows."""
    options = call.operator.options
    taps = options["filter_width"] * options["filter_height"]
    return Work(layer_work.max_pool(call.output.size, taps, format_of(call.output)))


@counts("REDUCE_MAX", "REDUCE_MIN")
def reduced_extreme(call):
    """Maxima over some axes."""
    taps = call.inputs[0].size // max(call.output.size, 1)
    return Work(layer_work.max_pool(call.output.size, taps, format_of(call.output)))


@counts("SUM")
def total(call):
    """Sums over some axes: one addition less than there are inputs, and rescaling."""
    number, count = format_of(call.output), call.output.size
    taps = call.inputs[0].size // max(count, 1)
    additions = (taps - 1) * count
    source, target = scale_of(call.inputs[0]), scale_of(call.output)
    if call.floating or source is None or target is None:
        return Work(layer_work.same_format("add", "pooling", additions, number))
    wide = signed(taps * 2**number.bits)
    added = occurring((Operations("add", (number, wide), additions, "pooling"),))
    return Work((*added, *rescaled(wide, np.array([source / target]), count)))


def _averages(call, taps):
    number, count = format_of(call.output), call.output.size
    if call.floating:
        averaged = layer_work.average_pool(count, taps, number)
        return Work((*averaged, *fused_activation(call)))
    total = signed(taps * 2**number.bits)
    source, target = scale_of(call.inputs[0]), scale_of(call.output)
    if source == target:
        return Work(layer_work.integer_average_pool(count, taps, number, total))
    # The division and the rescaling are one product.
    added = Operations("add", (number, total), count * taps, "pooling")
    return Work((added, *rescaled(total, np.array([source / (target * taps)]), count)))
