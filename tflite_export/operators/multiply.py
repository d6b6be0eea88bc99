"""Multiplication by a gate: QUANTIZE and MUL, or a table.

Of unsigned tensors, with a gate of at most 7 bits, it is a MUL. The QUANTIZE writes the gate as
twice its integers at half its scale, which rounds nothing. So every product p is 2 p in the file,
below 2**16, and its scale is `2**-(shift + 1)`, moved one float32 upwards. All kernels then round
half up:

- XNNPACK multiplies in float32 and rounds once, half to even: the nudge lifts p / 2**shift off the
  ties, and by less than the distance to the next.
- Fixed point rounds twice. The first rounding, of 2 p times one half and a little, gives p; the
  second divides by 2**shift and rounds halves away from 0, which is up.

Negative halves would go down in fixed point, and twice an integer of 8 bits has 9. Such products
are read from a table of all pairs, 64 KiB for 8 bits each, at an index of int32.
"""

import numpy as np
from ai_edge_litert import schema_py_generated as schema

from pikelpn_keras.integer.nodes import Multiply
from tflite_export import int8
from tflite_export.operators import outputs, tables
from tflite_export.operators.registry import emits
from tflite_export.proof import DEVICES, FLOAT32_INTEGERS, KERAS, Bound, Proof

QUANTIZE_VERSION = 1
MUL_VERSION = 2
LARGEST_GATE = 127
# XNNPACK loads products of scales from 2**-16 on.
LARGEST_SHIFT = 15


@emits(Multiply)
def emit_multiply(node, writer, storage_name):
    """Writes a QUANTIZE of the gate and a MUL, or the operators of a table."""
    grids = [tensor.grid for tensor in (*node.inputs, node.output)]
    if any(grid.signed for grid in grids) or node.inputs[1].grid.high > LARGEST_GATE:
        return _emit_table(node, writer)
    return _emit_mul(node, writer)


def _emit_mul(node, writer):
    x, gate = node.inputs
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


def _emit_table(node, writer):
    """CAST of both, MUL by the gate's integers in all, two ADDs and a GATHER."""
    (x, x_grid), (gate, gate_grid) = ((tensor, tensor.grid) for tensor in node.inputs)
    integers = [np.arange(grid.low, grid.high + 1) for grid in (x_grid, gate_grid)]
    columns = len(integers[1])
    rows = tables.append_cast(writer, f"{node.name}:stored", x)
    width = tables.number(writer, f"{node.name}:columns", columns)
    rows = tables.append_product(writer, f"{node.name}:rows", x.shape, rows, width)
    gates = tables.append_cast(writer, f"{node.name}:stored_gate", gate)
    indices = tables.append_sum(writer, f"{node.name}:pairs", x.shape, rows, gates)
    lowest = tables.lowest_stored(x_grid) * columns + tables.lowest_stored(gate_grid)
    if lowest:
        offset = tables.number(writer, f"{node.name}:offset", -lowest)
        indices = tables.append_sum(writer, f"{node.name}:indices", x.shape, indices, offset)
    tables.append_gather(node, writer, node.run(integers[0][:, None], integers[1]).ravel(), indices)
    return Proof("-")


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
