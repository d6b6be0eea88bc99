"""Multiplication by a gate as QUANTIZE and MUL.

The QUANTIZE writes a gate of at most 7 bits as twice its integers at half its scale, which rounds
nothing. So every product p is 2 p in the file, below 2**16, and its scale is `2**-(shift + 1)`,
moved one float32 upwards. All kernels then round half up:

- XNNPACK multiplies in float32 and rounds once, half to even: the nudge lifts p / 2**shift off the
  ties, and by less than the distance to the next.
- Fixed point rounds twice. The first rounding, of 2 p times one half and a little, gives p; the
  second divides by 2**shift and rounds halves away from 0, which is up.
"""

import numpy as np
from ai_edge_litert import schema_py_generated as schema

from pikelpn_keras.integer.nodes import Multiply
from tflite_export import int8
from tflite_export.operators import outputs
from tflite_export.operators.registry import emits
from tflite_export.proof import DEVICES, FLOAT32_INTEGERS, KERAS, Bound, Proof

QUANTIZE_VERSION = 1
MUL_VERSION = 2
LARGEST_GATE = 127
# XNNPACK loads products of scales from 2**-16 on.
LARGEST_SHIFT = 15


@emits(Multiply)
def emit_multiply(node, writer, storage_name):
    """Writes a QUANTIZE of the gate and a MUL.

    Raises:
        ValueError: if the gate has more than 7 bits.
    """
    x, gate = node.inputs
    if gate.grid.high > LARGEST_GATE:
        raise ValueError(
            f"multiply '{node.name}' has a gate of {gate.grid.bits} bits, which leaves no bit for "
            "a tie-free encoding; use a gate of 7 bits"
        )
    outputs.append(
        writer,
        schema.BuiltinOperator.MUL,
        MUL_VERSION,
        [writer.activation(x), _append_doubled(node, writer)],
        node.output,
        schema.MulOptionsT(),
    )
    product = x.grid.high * gate.grid.high
    return Proof(
        "B",
        bounds=(
            Bound("the float32 product", product, FLOAT32_INTEGERS, (KERAS,)),
            Bound("the shift", node.shift, LARGEST_SHIFT, DEVICES),
        ),
    )


def _append_doubled(node, writer):
    """Index of the tensor that holds twice the gate's integers, its scale nudged."""
    gate = node.inputs[1]
    half_scale = int8.scale(gate.grid) / np.float32(2)
    quantization = schema.QuantizationParametersT(
        scale=np.array([np.nextafter(half_scale, np.float32(np.inf))]),
        zeroPoint=np.array([int8.INT8_LOW], np.int64),
    )
    doubled = writer.intermediate(
        f"{node.name}:doubled", gate.shape, schema.TensorType.INT8, quantization
    )
    writer.operator(
        schema.BuiltinOperator.QUANTIZE,
        QUANTIZE_VERSION,
        [writer.activation(gate)],
        doubled,
        schema.QuantizeOptionsT(),
    )
    return doubled
