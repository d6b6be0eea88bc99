"""DEPTH_TO_SPACE."""

from ai_edge_litert import schema_py_generated as schema

from pikelpn_keras.integer.nodes import DepthToSpace
from tflite_export.operators import movement
from tflite_export.operators.registry import emits

# Version 1 takes int8 already, and the reference kernels know no other.
VERSION = 1


@emits(DepthToSpace)
def emit_depth_to_space(node, writer, storage_name):
    """Writes channels as pixels."""
    return movement.append(
        node,
        writer,
        schema.BuiltinOperator.DEPTH_TO_SPACE,
        VERSION,
        schema.DepthToSpaceOptionsT(blockSize=node.block_size),
    )
