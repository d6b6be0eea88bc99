"""A table as CAST, ADD and GATHER.

The stored int8 becomes an int32 index, is moved so that the smallest is 0, and picks an entry of a
constant int8 tensor. Nothing is computed but the index, so all kernels agree. HARD_SWISH does not
do: its kernels round some integers otherwise than half up (measured: 2 of 256 on a step of 1/16).
"""

import numpy as np
from ai_edge_litert import schema_py_generated as schema

from pikelpn_keras.integer.nodes import Lookup
from tflite_export import int8
from tflite_export.operators.registry import emits
from tflite_export.proof import Proof
from tflite_export.writer import Constant

CAST_VERSION = 3
ADD_VERSION = 1
GATHER_VERSION = 2
INT32 = schema.TensorType.INT32


@emits(Lookup)
def emit_lookup(node, writer, storage_name):
    """Writes CAST, ADD and GATHER; the ADD only where the smallest stored integer is not 0."""
    indices = _append_indices(node, writer)
    grid = node.output.grid
    zero_point = int8.zero_point(grid)
    table = Constant(
        data=(node.table + zero_point).astype(np.int8),
        shape=node.table.shape,
        tensor_type=schema.TensorType.INT8,
        scales=np.array([int8.scale(grid)]),
        zero_point=zero_point,
    )
    writer.operator(
        schema.BuiltinOperator.GATHER,
        GATHER_VERSION,
        [writer.constant(f"{node.name}:table", table), indices],
        writer.activation(node.output),
        schema.GatherOptionsT(),
    )
    return Proof("-")


def _append_indices(node, writer):
    """Index of the int32 tensor of table indices."""
    source = node.inputs[0]
    stored = writer.intermediate(f"{node.name}:stored", source.shape, INT32)
    writer.operator(
        schema.BuiltinOperator.CAST,
        CAST_VERSION,
        [writer.activation(source)],
        stored,
        schema.CastOptionsT(inDataType=schema.TensorType.INT8, outDataType=INT32),
    )
    lowest = int8.zero_point(source.grid) + source.grid.low
    if lowest == 0:
        return stored
    indices = writer.intermediate(f"{node.name}:indices", source.shape, INT32)
    offset = Constant(np.array([-lowest], np.int32), (1,), INT32)
    writer.operator(
        schema.BuiltinOperator.ADD,
        ADD_VERSION,
        [stored, writer.constant(f"{node.name}:offset", offset)],
        indices,
        schema.AddOptionsT(),
    )
    return indices
