"""The work of convolutions and fully connected layers."""

import math

import numpy as np

from pikelpn_keras.cost import NumberFormat, Operations, layer_work
from pikelpn_keras.cost.kernels import kernel_operations
from pikelpn_keras.cost.number_formats import signed
from pikelpn_keras.cost.operations import MAC, occurring
from pikelpn_keras.cost.work import Storage, Work
from tflite_export.costing.fused import fused_activation
from tflite_export.costing.registry import counts, format_of, scale_of
from tflite_export.costing.rescaling import brought_to

SCALE_BITS = 32


@counts("CONV_2D", "CONV_3D")
def convolution(call):
    """Each weight is used once for each position; its first axis numbers the output channels."""
    return _work(call, call.inputs[0], call.inputs[1], call.input(2), 0, call.output.shape[:-1])


@counts("DEPTHWISE_CONV_2D")
def depthwise_convolution(call):
    """Each weight is used once for each position; its last axis numbers the output channels."""
    return _work(call, call.inputs[0], call.inputs[1], call.input(2), -1, call.output.shape[:-1])


@counts("FULLY_CONNECTED")
def fully_connected(call):
    """Each weight is used once for each vector; its first axis numbers the output units."""
    kernel = call.inputs[1]
    vectors = call.output.size // kernel.shape[0]
    return _work(call, call.inputs[0], kernel, call.input(2), 0, (vectors,))


@counts("TRANSPOSE_CONV")
def transposed_convolution(call):
    """Each weight is used once for each position of the input, the third tensor it reads."""
    inputs = call.inputs[2]
    return _work(call, inputs, call.inputs[1], call.input(3), 0, inputs.shape[:-1])


@counts("BATCH_MATMUL")
def batch_matmul(call):
    """Products of two tensors; the weights of the one are the numbers of the other."""
    first, second = call.inputs[:2]
    taps = first.shape[-2 if call.operator.options.get("adj_x") else -1]
    macs = layer_work.products(call.output.size * taps, taps, format_of(first), format_of(second))
    if call.floating:
        return Work(operations=macs, macs=macs)
    ratios, accumulator = _ratios(call, first, second), macs[0].operands[-1]
    scaled = brought_to(call, accumulator, ratios, 2.0 ** (accumulator.bits - 1))
    return Work(operations=(*macs, *scaled), macs=macs)


def _work(call, inputs, kernel, bias, channel_axis, positions):
    uses = math.prod(positions)
    counter = _integer_work if not format_of(inputs).floating else _float_work
    operations, macs = counter(call, inputs, kernel, bias, channel_axis, uses)
    return Work(
        operations=operations,
        macs=macs,
        storage=Storage(
            weights=kernel.size * format_of(kernel).bits,
            scales=SCALE_BITS * len(kernel.scales),
            biases=0 if bias is None else bias.size * format_of(bias).bits,
        ),
        weights={format_of(kernel).bits: kernel.size},
    )


def _float_work(call, inputs, kernel, bias, channel_axis, uses):
    number, taps = format_of(inputs), kernel.size // kernel.shape[channel_axis]
    outputs = call.output.size
    dynamic = kernel.dtype.startswith("int") and len(kernel.scales)
    if dynamic:
        # Hybrid kernels round the inputs to int8 as they come.
        macs = layer_work.products(uses * kernel.size, taps, NumberFormat(8), format_of(kernel))
        scaled = layer_work.dynamic_scale(inputs.size, outputs, number)
    else:
        macs, scaled = layer_work.products(uses * kernel.size, taps, number, number), ()
    added = () if bias is None else layer_work.bias(outputs, number)
    return (*macs, *scaled, *added, *fused_activation(call)), macs


def _integer_work(call, inputs, kernel, bias, channel_axis, uses):
    x, weight = format_of(inputs), format_of(kernel)
    integers = _integers(kernel)
    if integers is None:
        macs = layer_work.products(uses * kernel.size, kernel.size, x, weight)
        accumulator, operations = macs[0].operands[-1], macs
        reach = 2.0 ** (accumulator.bits - 1)
    else:
        reach = int(_reach(inputs, integers, bias, channel_axis).max(initial=0))
        accumulator = signed(reach)
        nominal = Operations("mac", (x, weight, accumulator), uses * kernel.size, MAC)
        macs = occurring((nominal,))
        operations = kernel_operations(integers, uses, x, weight, accumulator)
    added = ()
    if bias is not None:
        operands = (accumulator, format_of(bias))
        added = occurring((Operations("add", operands, call.output.size, "bias"),))
    scaled = brought_to(call, accumulator, _ratios(call, inputs, kernel), reach)
    return (*operations, *added, *scaled), macs


def _integers(kernel):
    """The weights, counted from their zero points; None where the file does not hold them."""
    if kernel.data is None or kernel.sparse or kernel.data.shape != kernel.shape:
        return None
    zero_points = kernel.zero_points if len(kernel.zero_points) else np.zeros(1, np.int64)
    shape = [1] * len(kernel.shape)
    if len(zero_points) > 1:
        shape[kernel.quantized_dimension] = len(zero_points)
    return kernel.data.astype(np.int16) - zero_points.reshape(shape).astype(np.int16)


def _reach(inputs, integers, bias, channel_axis):
    """For each channel a bound of every partial sum and of the sum with its bias."""
    bits = format_of(inputs).bits
    low = -(2 ** (bits - 1)) if inputs.dtype.startswith("int") else 0
    zero = int(inputs.zero_points[0]) if len(inputs.zero_points) else 0
    magnitude = max(abs(low - zero), abs(low + 2**bits - 1 - zero))
    rows = np.moveaxis(np.abs(integers.astype(np.int64)), channel_axis, 0)
    sums = rows.reshape(len(rows), -1).sum(axis=1) * magnitude
    # Biases of floats are added to the floats that sums become.
    of_integers = bias is not None and bias.data is not None and bias.data.dtype.kind in "iu"
    if not of_integers or bias.data.size != len(sums):
        return sums
    return sums + np.abs(bias.data.astype(np.int64)).ravel()


def _ratios(call, inputs, kernel):
    """What accumulators are multiplied by; 0.3, which is no power of two, where it is not known."""
    source, target = scale_of(inputs), scale_of(call.output)
    if source is None or not target or not len(kernel.scales):
        return np.array([0.3])
    return source * kernel.scales.astype(np.float64) / target
