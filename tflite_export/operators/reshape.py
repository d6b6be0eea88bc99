"""RESHAPE."""

from ai_edge_litert import schema_py_generated as schema

from pikelpn_keras.integer.nodes import Reshape
from tflite_export.operators import movement
from tflite_export.operators.registry import emits

VERSION = 1


@emits(Reshape)
def emit_reshape(node, writer, storage_name):
    """Writes a change of shape; the batch stays open."""
    shape = [-1, *node.output.shape]
    return movement.append(
        node,
        writer,
        schema.BuiltinOperator.RESHAPE,
        VERSION,
        schema.ReshapeOptionsT(newShape=shape),
        shape=shape,
    )
