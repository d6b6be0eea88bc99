"""Convolutions, depthwise, separable and transposed, and Dense."""

import keras
import numpy as np

from pikelpn_keras.quantize.activations import activate
from pikelpn_keras.quantize.errors import refuse
from pikelpn_keras.quantize.kernel_kinds import (
    CONVOLUTION,
    CONVOLUTION_1D,
    DENSE,
    DEPTHWISE,
    DEPTHWISE_1D,
    POINTWISE,
    POINTWISE_1D,
    TRANSPOSED,
)
from pikelpn_keras.quantize.registry import converts
from pikelpn_keras.quantize.values import OnGrid

# Kinds by the dimensions that a window slides along.
_CONVOLUTIONS = {1: CONVOLUTION_1D, 2: CONVOLUTION}
_POINTWISE = {1: POINTWISE_1D, 2: POINTWISE}
_DEPTHWISE = {1: DEPTHWISE_1D, 2: DEPTHWISE}


@converts(keras.layers.Conv1D, keras.layers.Conv2D)
def convolution(layer, values, builder):
    """Conv1D and Conv2D; a kernel of one tap is a pointwise one."""
    if layer.groups != 1:
        refuse(layer, "has groups, which no exact operator serves; use groups=1")
    kinds = _POINTWISE if set(layer.kernel_size) == {1} else _CONVOLUTIONS
    source = _window_source(layer, values[0], builder)
    arguments = _arguments(
        layer, "dilation_rate", "filters", "kernel_regularizer", "bias_regularizer"
    )
    weights = _weights(layer, "kernel")
    value = builder.product(kinds[layer.rank], layer, "", source, *weights, arguments)
    return activate(layer, layer.activation, value, builder)


@converts(keras.layers.Conv2DTranspose)
def transposed(layer, values, builder):
    """Conv2DTranspose; an offset of its input gets an operator of its own.

    Its windows meet a different number of pixels at each output, so no bias can stand for an
    offset.
    """
    if set(layer.dilation_rate) != {1}:
        refuse(layer, "has a dilation_rate; leave it out")
    if len(set(layer.strides)) != 1:
        refuse(layer, f"has the strides {layer.strides}; use equal ones")
    source = _channels_last(layer, values[0])
    if not isinstance(source, OnGrid) or np.any(source.offset):
        source = builder.on_grid(source)
    kernel, bias = _weights(layer, "kernel")
    names = ("filters", "output_padding", "kernel_regularizer", "bias_regularizer")
    arguments = _arguments(layer, *names)
    value = builder.product(
        TRANSPOSED, layer, "", source, np.swapaxes(kernel, -1, -2), bias, arguments
    )
    return activate(layer, layer.activation, value, builder)


@converts(keras.layers.DepthwiseConv1D, keras.layers.DepthwiseConv2D)
def depthwise(layer, values, builder):
    """DepthwiseConv1D and DepthwiseConv2D."""
    source = _window_source(layer, values[0], builder)
    names = ("dilation_rate", "depth_multiplier", "depthwise_regularizer", "bias_regularizer")
    kind, weights = _DEPTHWISE[layer.rank], _weights(layer, "kernel")
    value = builder.product(kind, layer, "", source, *weights, _arguments(layer, *names))
    return activate(layer, layer.activation, value, builder)


@converts(keras.layers.SeparableConv1D, keras.layers.SeparableConv2D)
def separable(layer, values, builder):
    """SeparableConv1D and SeparableConv2D, as two halves with an 8-bit tensor between them."""
    source = _window_source(layer, values[0], builder)
    kernel = keras.ops.convert_to_numpy(layer.depthwise_kernel)
    arguments = _arguments(layer, "dilation_rate", "depth_multiplier", "depthwise_regularizer")
    kind = _DEPTHWISE[layer.rank]
    first = builder.product(kind, layer, "_depthwise", source, kernel, None, arguments)
    pointwise = {
        "filters": layer.filters,
        "kernel_size": 1,
        "kernel_regularizer": layer.pointwise_regularizer,
    }
    weights, kind = _weights(layer, "pointwise_kernel"), _POINTWISE[layer.rank]
    value = builder.product(kind, layer, "_pointwise", builder.on_grid(first), *weights, pointwise)
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


def _channels_last(layer, value):
    """`value`, which a layer reads that keeps its channels last; others are refused."""
    if layer.data_format != "channels_last":
        refuse(layer, "has data_format='channels_first'; build the model with 'channels_last'")
    return value


def _window_source(layer, value, builder):
    """What a sliding window reads; where it meets zero padding, an input that is centred."""
    value = _channels_last(layer, value)
    padded = layer.padding != "valid" and set(layer.kernel_size) != {1}
    return builder.centred(value) if padded else value


def _arguments(layer, *names):
    return {name: getattr(layer, name) for name in ("kernel_size", "strides", "padding", *names)}


def _weights(layer, kernel):
    bias = keras.ops.convert_to_numpy(layer.bias) if layer.use_bias else None
    return keras.ops.convert_to_numpy(getattr(layer, kernel)), bias
