"""Operators that move or pick integers, and pools."""

import math

from pikelpn_keras.integer.kernels.average_pool2d import StoredAveragePool2D
from pikelpn_keras.integer.kernels.zero_point_move import ZeroPointMove
from pikelpn_keras.integer.nodes import Concatenate, MaxPool2D, Pad2D, Reshape, Window
from tflite_export.reading.operators.linear import checked_window
from tflite_export.reading.operators.registry import translates


@translates("RESHAPE", "SQUEEZE", "EXPAND_DIMS")
def _reshape(call):
    x = call.activation(0)
    if math.prod(x.shape) != math.prod(call.output.shape):
        call.refuse(f"makes {call.output.shape} of {x.shape}")
    return Reshape((x,), call.output)


@translates("PAD")
def _pad(call):
    x, pads = call.activation(0), call.constant(1, "int32", "int64").data
    if len(x.shape) != 3 or pads.shape != (4, 2) or pads[0].any() or pads[3].any():
        call.refuse("pads other axes than those of an image")
    borders = tuple(tuple(pair) for pair in pads[1:3].tolist())
    size = [n + sum(pair) for n, pair in zip(x.shape, borders, strict=False)]
    if pads.min() < 0 or (*size, x.shape[2]) != call.output.shape:
        call.refuse(f"makes {call.output.shape} of {x.shape} with the pads {borders}")
    return Pad2D((x,), call.output, borders)


@translates("CONCATENATION")
def _concatenate(call):
    call.option("fused_activation_function", "NONE")
    rank, axis = len(call.output.shape) + 1, call.option("axis")
    axis = axis + rank if axis < 0 else axis
    shapes = [list(tensor.shape) for tensor in call.activations]
    whole = list(call.output.shape)
    if not 1 <= axis < rank or any(len(shape) != rank - 1 for shape in shapes):
        call.refuse(f"joins {shapes} along axis {axis}")
    joined = sum(shape.pop(axis - 1) for shape in shapes)
    if joined != whole.pop(axis - 1) or any(shape != whole for shape in shapes):
        call.refuse(f"makes {call.output.shape} of other shapes along axis {axis}")
    return Concatenate(call.activations, call.output, axis)


@translates("MAX_POOL_2D")
def _max_pool(call):
    call.option("fused_activation_function", "NONE")
    return MaxPool2D((call.activation(0),), call.output, _pool_window(call))


@translates("AVERAGE_POOL_2D")
def _average_pool(call):
    window = _pool_window(call)
    return StoredAveragePool2D((call.activation(0),), call.output, window=window, **call.clamps)


def _pool_window(call):
    x = call.activation(0)
    if len(x.shape) != 3 or x.shape[-1:] != call.output.shape[-1:]:
        call.refuse(f"makes {call.output.shape} of {x.shape}")
    window = Window(
        (call.option("filter_height"), call.option("filter_width")),
        (call.option("stride_h"), call.option("stride_w")),
        (1, 1),
        call.option("padding", "SAME", "VALID").lower(),
    )
    return checked_window(call, window)


@translates("QUANTIZE")
def _quantize(call):
    x = call.activation(0)
    if x.grid.scale != call.output.grid.scale:
        call.refuse("changes the scale, which every kernel family rounds in another way")
    return ZeroPointMove((x,), call.output)
