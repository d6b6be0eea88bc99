"""ADD, SUB, MUL and SOFTMAX."""

import numpy as np

from pikelpn_keras.integer.kernels.elementwise import AffineProduct
from tflite_export.reading.operators.registry import translates


@translates("ADD", "SUB")
def _sum(call):
    first, second = _pair(call)
    sign = 1 if call.operator.name == "ADD" else -1
    return call.family.addition((first, second), call.output, sign=sign, **call.clamps)


@translates("MUL")
def _product(call):
    first, second = _pair(call)
    scales = np.array([second.grid.scale], np.float32)
    rule = call.family.product.between(first.grid.scale, scales, call.output.grid.scale)
    return AffineProduct((first, second), call.output, rule=rule, **call.clamps)


def _pair(call):
    if len(call.inputs) != 2:
        call.refuse(f"has {len(call.inputs)} inputs")
    shapes = [tensor.shape for tensor in call.activations]
    if shapes != [call.output.shape] * 2:
        call.refuse(f"joins the shapes {shapes}")
    return call.activations


@translates("SOFTMAX")
def _softmax(call):
    x = call.activation(0)
    if x.grid.bits != 8 or call.output.grid.scale != 1 / 256:
        call.refuse("writes probabilities in other units than 1/256")
    if x.shape != call.output.shape or len(x.shape) != 1:
        call.refuse(f"reads {x.shape} and writes {call.output.shape}, not vectors")
    return call.family.softmax((x,), call.output, beta=call.option("beta"))
