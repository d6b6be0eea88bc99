"""SUB."""

from ai_edge_litert import schema_py_generated as schema

from pikelpn_keras.integer.nodes import Subtract
from tflite_export.operators import one_grid
from tflite_export.operators.registry import emits


@emits(Subtract)
def emit_subtract(node, writer, storage_name):
    """Writes a subtraction."""
    return one_grid.append(node, writer, schema.BuiltinOperator.SUB, schema.SubOptionsT())
