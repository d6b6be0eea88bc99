"""Tables: what the operators that are read from one have in common.

Indices are int32, which no kernel rounds: CAST, MUL and ADD of integers, then GATHER.
"""

import numpy as np
from ai_edge_litert import schema_py_generated as schema

from tflite_export import int8
from tflite_export.writer import Constant

CAST_VERSION = 3
ARITHMETIC_VERSION = 1
GATHER_VERSION = 2
INT32 = schema.TensorType.INT32


def lowest_stored(grid):
    """The int8 that stands for the smallest integer of `grid`."""
    return int8.zero_point(grid) + grid.low


def append_cast(writer, name, tensor):
    """Appends a CAST of a graph `Tensor` as it is stored; gives the index of the int32 tensor."""
    stored = writer.intermediate(name, tensor.shape, INT32)
    writer.operator(
        schema.BuiltinOperator.CAST,
        CAST_VERSION,
        [writer.activation(tensor)],
        stored,
        schema.CastOptionsT(inDataType=schema.TensorType.INT8, outDataType=INT32),
    )
    return stored


def append_sum(writer, name, shape, first, second):
    """Appends an ADD of two int32 tensors; gives the index of the sum, which has `shape`."""
    total = writer.intermediate(name, shape, INT32)
    inputs = [first, second]
    writer.operator(
        schema.BuiltinOperator.ADD, ARITHMETIC_VERSION, inputs, total, schema.AddOptionsT()
    )
    return total


def append_product(writer, name, shape, first, second):
    """Appends a MUL of two int32 tensors; gives the index of the product, which has `shape`."""
    product = writer.intermediate(name, shape, INT32)
    inputs = [first, second]
    writer.operator(
        schema.BuiltinOperator.MUL, ARITHMETIC_VERSION, inputs, product, schema.MulOptionsT()
    )
    return product


def number(writer, name, value):
    """Index of a new int32 tensor that holds one number."""
    return writer.constant(name, Constant(np.array([value], np.int32), (1,), INT32))


def append_gather(node, writer, integers, indices):
    """Appends a GATHER that writes the output of `node`.

    Args:
        node: the node.
        writer: the `ModelWriter`.
        integers: the table, integers of the output grid.
        indices: index of the int32 tensor of indices.
    """
    grid = node.output.grid
    zero_point = int8.zero_point(grid)
    table = Constant(
        data=(integers + zero_point).astype(np.int8),
        shape=integers.shape,
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
