"""The work of operators that compute number by number."""

import numpy as np

from pikelpn_keras.cost import Operations, layer_work
from pikelpn_keras.cost.number_formats import signed
from pikelpn_keras.cost.operations import occurring
from pikelpn_keras.cost.work import Storage, Work
from tflite_export.costing.fused import fused_activation
from tflite_export.costing.registry import counts, format_of, scale_of
from tflite_export.costing.rescaling import between, brought_to


@counts("ADD", "SUB")
def add(call):
    """One addition for each output; integers on other scales than the output's are rescaled."""
    number = format_of(call.output)
    if call.floating:
        return Work((*layer_work.residual(call.output.size, number), *fused_activation(call)))
    if not _quantized(call):
        return Work(layer_work.residual(call.output.size, number))
    rescaled = [entry for tensor in call.inputs for entry in between(call, tensor)]
    largest = len(call.inputs) * 2**number.bits
    clamped = brought_to(call, signed(largest), np.ones(1), largest)
    return Work((*layer_work.residual(call.output.size, number), *rescaled, *clamped))


@counts("ADD_N")
def add_n(call):
    """One addition less than there are inputs."""
    count = (len(call.inputs) - 1) * call.output.size
    return Work(layer_work.residual(count, format_of(call.output)))


@counts("MUL")
def multiply(call):
    """One product for each output, and its rescaling."""
    number, count = format_of(call.output), call.output.size
    constant = any(tensor.data is not None for tensor in call.inputs)
    products = layer_work.same_format("multiply", "scale" if constant else "gate", count, number)
    if call.floating:
        return Work((*products, *fused_activation(call)))
    if not _quantized(call):
        return Work(products)
    first, second = call.inputs
    ratio = scale_of(first) * scale_of(second) / scale_of(call.output)
    largest = 2 ** (2 * number.bits)
    scaled = brought_to(call, signed(largest), np.array([ratio]), largest)
    return Work((*products, *scaled))


@counts("MAXIMUM", "MINIMUM")
def extreme(call):
    """One comparison for each output."""
    return Work(layer_work.relu(call.output.size, format_of(call.output)))


@counts("RELU", "RELU6", "RELU_N1_TO_1")
def relu(call):
    """A comparison for each end, and rescaling where input and output differ."""
    ends = 1 if call.operator.name == "RELU" else 2
    compared = layer_work.relu(ends * call.output.size, format_of(call.output))
    return Work((*compared, *between(call, call.inputs[0])))


@counts("LEAKY_RELU", "PRELU")
def sloped_relu(call):
    """A comparison and a product."""
    number, count = format_of(call.output), call.output.size
    product = layer_work.same_format("multiply", "activation", count, number)
    return Work((*layer_work.relu(count, number), *product, *between(call, call.inputs[0])))


@counts("LOGISTIC", "TANH", "HARD_SWISH", "GELU", "ELU", "EXP", "LOG", "SQRT", "RSQRT", "DIV")
def function(call):
    """A look-up in a table for integers of 8 bits, a function for all others."""
    x, number, count = format_of(call.inputs[0]), format_of(call.output), call.output.size
    if x.bits > 8:
        return Work(layer_work.function(count, number))
    return Work(
        occurring((Operations("lookup", (x, number), count, "activation"),)),
        storage=Storage(tables=2**x.bits * number.bits),
    )


@counts("SOFTMAX", "LOG_SOFTMAX")
def softmax(call):
    """Over the last axis; integers by a table of exponentials."""
    number, count, length = format_of(call.output), call.output.size, call.output.shape[-1]
    counted = layer_work.softmax if call.floating else layer_work.integer_softmax
    return Work(counted(count, length, number))


@counts("QUANTIZE")
def quantize(call):
    """Floats: product, zero point and both ends; integers: what rescaling takes."""
    (source,), number, count = call.inputs, format_of(call.output), call.output.size
    if not format_of(source).floating:
        moved = source.zero_points[:1].tolist() != call.output.zero_points[:1].tolist()
        shifted = Operations("add", (number, number), count if moved else 0, "scale")
        return Work((*between(call, source), *occurring((shifted,))))
    x = format_of(source)
    return Work(
        (
            *layer_work.scale(count, x),
            *layer_work.same_format("add", "scale", count, x),
            *layer_work.same_format("compare", "scale", 2 * count, x),
        )
    )


@counts("DEQUANTIZE")
def dequantize(call):
    """Zero point and product; nothing for constants, which are converted once."""
    (source,), number, count = call.inputs, format_of(call.output), call.output.size
    if source.data is not None or format_of(source).floating:
        return Work()
    added = count if len(source.zero_points) and source.zero_points.any() else 0
    return Work(
        (
            *layer_work.same_format("add", "scale", added, format_of(source)),
            *layer_work.scale(count, number),
        )
    )


def _quantized(call):
    tensors = (*call.inputs, call.output)
    return all(scale_of(tensor) is not None for tensor in tensors)
