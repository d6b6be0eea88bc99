"""Convolutions, depthwise, separable, and Dense."""

import keras

from pikelpn_keras.quantize.activations import activate
from pikelpn_keras.quantize.errors import refuse
from pikelpn_keras.quantize.kernel_kinds import CONVOLUTION, DENSE, DEPTHWISE, POINTWISE
from pikelpn_keras.quantize.registry import converts


@converts(keras.layers.Conv2D)
def convolution(layer, values, builder):
    """Conv2D; a 1x1 kernel is a pointwise one."""
    if layer.groups != 1:
        refuse(layer, "has groups, which no exact operator serves; use groups=1")
    kind = POINTWISE if tuple(layer.kernel_size) == (1, 1) else CONVOLUTION
    source = _window_source(layer, values[0], builder)
    arguments = _arguments(layer, "filters", "kernel_regularizer", "bias_regularizer")
    value = builder.product(kind, layer, "", source, *_weights(layer, "kernel"), arguments)
    return activate(layer, layer.activation, value, builder)


@converts(keras.layers.DepthwiseConv2D)
def depthwise(layer, values, builder):
    """DepthwiseConv2D."""
    source = _window_source(layer, values[0], builder)
    names = ("depth_multiplier", "depthwise_regularizer", "bias_regularizer")
    value = builder.product(
        DEPTHWISE, layer, "", source, *_weights(layer, "kernel"), _arguments(layer, *names)
    )
    return activate(layer, layer.activation, value, builder)


@converts(keras.layers.SeparableConv2D)
def separable(layer, values, builder):
    """SeparableConv2D, as its two halves with an 8-bit tensor between them."""
    source = _window_source(layer, values[0], builder)
    kernel = keras.ops.convert_to_numpy(layer.depthwise_kernel)
    arguments = _arguments(layer, "depth_multiplier", "depthwise_regularizer")
    first = builder.product(DEPTHWISE, layer, "_depthwise", source, kernel, None, arguments)
    pointwise = {
        "filters": layer.filters,
        "kernel_size": 1,
        "kernel_regularizer": layer.pointwise_regularizer,
    }
    weights = _weights(layer, "pointwise_kernel")
    value = builder.product(
        POINTWISE, layer, "_pointwise", builder.on_grid(first), *weights, pointwise
    )
    return activate(layer, layer.activation, value, builder)


@converts(keras.layers.Dense)
def dense(layer, values, builder):
    """Dense on vectors."""
    value = builder.product(
        DENSE,
        layer,
        "",
        values[0],
        *_weights(layer, "kernel"),
        {"units": layer.units, "kernel_regularizer": layer.kernel_regularizer},
    )
    if len(value.source.shape) != 2:
        refuse(layer, f"reads a tensor of shape {value.source.shape}; pool or flatten it first")
    return activate(layer, layer.activation, value, builder)


def _window_source(layer, value, builder):
    if layer.data_format != "channels_last":
        refuse(layer, "has data_format='channels_first'; build the model with 'channels_last'")
    if layer.padding == "same" and tuple(layer.kernel_size) != (1, 1):
        return builder.centred(value)
    return value


def _arguments(layer, *names):
    names = ("kernel_size", "strides", "padding", "dilation_rate", *names)
    return {name: getattr(layer, name) for name in names}


def _weights(layer, kernel):
    bias = keras.ops.convert_to_numpy(layer.bias) if layer.use_bias else None
    return keras.ops.convert_to_numpy(getattr(layer, kernel)), bias
