"""CONCATENATION."""

from ai_edge_litert import schema_py_generated as schema

from pikelpn_keras.integer.nodes import Concatenate
from tflite_export.operators import movement
from tflite_export.operators.registry import emits

VERSION = 2


@emits(Concatenate)
def emit_concatenate(node, writer, storage_name):
    """Writes a concatenation."""
    return movement.append(
        node,
        writer,
        schema.BuiltinOperator.CONCATENATION,
        VERSION,
        schema.ConcatenationOptionsT(axis=node.axis),
    )
