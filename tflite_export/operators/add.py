"""ADD."""

from ai_edge_litert import schema_py_generated as schema

from pikelpn_keras.integer.nodes import Add
from tflite_export.operators import one_grid
from tflite_export.operators.registry import emits


@emits(Add)
def emit_add(node, writer, storage_name):
    """Writes an addition."""
    return one_grid.append(node, writer, schema.BuiltinOperator.ADD, schema.AddOptionsT())
