"""The work of convolutions and fully connected layers."""

import math

import keras

from pikelpn_keras.cost import layer_work
from pikelpn_keras.cost.keras_layers.activations import activation_operations
from pikelpn_keras.cost.keras_layers.registry import counts
from pikelpn_keras.cost.number_formats import NumberFormat
from pikelpn_keras.cost.work import Storage, Work

INT8 = NumberFormat(8)


@counts(
    keras.layers.Conv1D,
    keras.layers.Conv2D,
    keras.layers.Conv3D,
    keras.layers.DepthwiseConv1D,
    keras.layers.DepthwiseConv2D,
)
def convolution(call):
    """Each weight is used once for each position of the output."""
    uses = call.elements // _channels(call)
    return _linear_work(call, ((call.layer.kernel, uses),), call.elements)


@counts(keras.layers.Conv1DTranspose, keras.layers.Conv2DTranspose, keras.layers.Conv3DTranspose)
def transposed_convolution(call):
    """Each weight is used once for each position of the input."""
    (shape,) = call.input_shapes
    uses = math.prod(shape) // shape[_channel_axis(call.layer)]
    return _linear_work(call, ((call.layer.kernel, uses),), call.elements)


@counts(keras.layers.SeparableConv1D, keras.layers.SeparableConv2D)
def separable_convolution(call):
    """Both kernels are used once for each position of the output."""
    uses, layer = call.elements // _channels(call), call.layer
    kernels = ((layer.depthwise_kernel, uses), (layer.pointwise_kernel, uses))
    middle = uses * layer.depthwise_kernel.shape[-2] * layer.depthwise_kernel.shape[-1]
    return _linear_work(call, kernels, call.elements + middle)


@counts(keras.layers.Dense)
def dense(call):
    """Each weight is used once for each vector.

    After `model.quantize("int8")` both operands are int8, and the scale of each input vector is
    found as it comes: a comparison and a product for each of its numbers.
    """
    vectors = call.elements // call.output_shape[-1]
    if getattr(call.layer, "quantization_mode", None) != "int8":
        return _linear_work(call, ((call.layer.kernel, vectors),), call.elements)
    inputs, number = math.prod(call.input_shapes[0]), call.formats.elementwise
    taps = call.input_shapes[0][-1]
    activated, unknown = activation_operations(call)
    macs = layer_work.products(taps * call.elements, taps, INT8, INT8)
    weights = math.prod(call.layer.kernel.shape)
    return Work(
        operations=(
            *macs,
            *layer_work.dynamic_scale(inputs, call.elements, number),
            *_bias(call),
            *activated,
        ),
        macs=macs,
        storage=Storage(
            weights=8 * weights,
            scales=number.bits * call.output_shape[-1],
            biases=_bias_bits(call),
        ),
        weights={8: weights},
        unknown=unknown,
    )


def _linear_work(call, kernels, rescaled):
    """The work of kernels, given with how often their weights are used.

    `rescaled` sums of integers are multiplied by a scale.
    """
    formats = call.formats
    macs, weights, scales = (), 0, 0
    for kernel, uses in kernels:
        size, channels = math.prod(kernel.shape), kernel.shape[-1]
        macs += layer_work.products(
            size * uses, _taps(call.layer, kernel), formats.activations, formats.weights
        )
        weights += size
        scales += formats.elementwise.bits * channels if formats.rescales else 0
    activated, unknown = activation_operations(call)
    scaled = layer_work.scale(rescaled, formats.elementwise) if formats.rescales else ()
    return Work(
        operations=(*macs, *scaled, *_bias(call), *activated),
        macs=macs,
        storage=Storage(
            weights=formats.weights.bits * weights, scales=scales, biases=_bias_bits(call)
        ),
        weights={formats.weights.bits: weights},
        unknown=unknown,
    )


def _bias(call):
    if not getattr(call.layer, "use_bias", False):
        return ()
    return layer_work.bias(call.elements, call.formats.elementwise)


def _bias_bits(call):
    if not getattr(call.layer, "use_bias", False):
        return 0
    return math.prod(call.layer.bias.shape) * call.formats.elementwise.bits


def _taps(layer, kernel):
    """Products in one sum."""
    depthwise = kernel is getattr(layer, "depthwise_kernel", None)
    depthwise |= isinstance(layer, keras.layers.DepthwiseConv1D | keras.layers.DepthwiseConv2D)
    return math.prod(kernel.shape[:-2] if depthwise else kernel.shape[:-1])


def _channel_axis(layer):
    return -1 if getattr(layer, "data_format", "channels_last") == "channels_last" else 0


def _channels(call):
    return call.output_shape[_channel_axis(call.layer)]
