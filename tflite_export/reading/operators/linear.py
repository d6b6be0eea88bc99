"""CONV_2D, DEPTHWISE_CONV_2D and FULLY_CONNECTED."""

import math

import numpy as np

from pikelpn_keras.integer.kernels.linear import AffineConv2D, AffineDense, AffineDepthwiseConv2D
from pikelpn_keras.integer.nodes import Window
from tflite_export.reading.operators.registry import translates


@translates("CONV_2D")
def _conv2d(call):
    kernel = call.constant(1, "int8", "uint8")
    x = call.activation(0)
    if len(x.shape) != 3 or len(kernel.shape) != 4 or kernel.shape[3] != x.shape[-1]:
        call.refuse(f"reads {x.shape} with a kernel of {kernel.shape}")
    return AffineConv2D(
        (x,),
        call.output,
        kernel=np.moveaxis(_weights(kernel), 0, -1),
        window=_window(call, kernel.shape[1:3]),
        **_fields(call, kernel, 0),
        rule=_convolution_rule(call, kernel, call.family.convolution),
    )


@translates("DEPTHWISE_CONV_2D")
def _depthwise_conv2d(call):
    kernel = call.constant(1, "int8", "uint8")
    x = call.activation(0)
    if len(x.shape) != 3 or len(kernel.shape) != 4 or kernel.shape[3] % x.shape[-1]:
        call.refuse(f"reads {x.shape} with a kernel of {kernel.shape}")
    rule = call.family.depthwise if kernel.dtype == "int8" else call.family.depthwise_uint8
    if kernel.dtype == "uint8" and kernel.quantized_dimension:
        call.refuse("has uint8 weights along another axis than 0, which XNNPACK leaves to others")
    return AffineDepthwiseConv2D(
        (x,),
        call.output,
        kernel=_weights(kernel)[0],
        window=_window(call, kernel.shape[1:3]),
        **_fields(call, kernel, 3),
        rule=_convolution_rule(call, kernel, rule),
    )


@translates("FULLY_CONNECTED")
def _fully_connected(call):
    call.option("weights_format", "DEFAULT")
    kernel = call.constant(1, "int8", "uint8")
    x = call.activation(0)
    if len(kernel.shape) != 2 or x.shape != (kernel.shape[1],):
        call.refuse(f"reads {x.shape} with a kernel of {kernel.shape}, not one vector")
    return AffineDense(
        (x,),
        call.output,
        kernel=_weights(kernel).T,
        **_fields(call, kernel, 0),
        rule=call.family.dense.between(x.grid.scale, kernel.scales, call.output.grid.scale),
    )


def _weights(kernel):
    return kernel.data.astype(np.int16) - _zero_point(kernel)


def _zero_point(tensor):
    return np.int16(tensor.zero_points[0] if tensor.zero_points.size else 0)


def _convolution_rule(call, kernel, rule):
    """The rule of a convolution; those of uint8 multiply their scales in float32."""
    x_scale, scales = np.float32(call.activation(0).grid.scale), kernel.scales
    if kernel.dtype == "uint8":
        x_scale, scales = np.float32(1), x_scale * scales
    return rule.between(x_scale, scales, call.output.grid.scale)


def _fields(call, kernel, axis):
    """The fields bias, low and high; refuses scales that are not those of the channels."""
    channels = kernel.shape[axis]
    if call.output.shape[-1:] != (channels,) or not kernel.scales.size:
        call.refuse(f"writes {call.output.shape} with a kernel of {kernel.shape}")
    if not np.isfinite(kernel.scales).all() or kernel.scales.min() < 0:
        call.refuse("has scales of weights that are no positive numbers")
    if kernel.scales.size > 1:
        if (kernel.scales.size, kernel.quantized_dimension) != (channels, axis):
            call.refuse("has scales along another axis than its channels")
        if kernel.zero_points.any():
            call.refuse("has a zero point for each channel")
    bias = np.zeros(channels, np.int32)
    if len(call.inputs) > 2 and call.inputs[2] is not None:
        bias = call.constant(2, "int32").data
    if bias.shape != (channels,):
        call.refuse(f"has {bias.size} biases for {channels} channels")
    return {"bias": bias, **call.clamps}


def _window(call, size):
    options = call.operator.options
    window = Window(
        tuple(size),
        (options.get("stride_h", 0), options.get("stride_w", 0)),
        (options.get("dilation_h_factor", 1), options.get("dilation_w_factor", 1)),
        call.option("padding", "SAME", "VALID").lower(),
    )
    return checked_window(call, window)


def checked_window(call, window):
    """The window, if it slides over the call's input to the shape of its output."""
    numbers = (*window.size, *window.strides, *window.dilation)
    if min(numbers) < 1 or math.prod(numbers) > 2**31:
        call.refuse(f"has the window {window}")
    places = window.output_size(call.activation(0).shape[:2])
    if call.output.shape[:2] != places:
        call.refuse(f"writes {call.output.shape[:2]} places where its window has {places}")
    return window
