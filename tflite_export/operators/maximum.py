"""MAXIMUM."""

from ai_edge_litert import schema_py_generated as schema

from pikelpn_keras.integer.nodes import Maximum
from tflite_export.operators.outputs import MAXIMUM_VERSION
from tflite_export.operators.registry import emits
from tflite_export.proof import Proof


@emits(Maximum)
def emit_maximum(node, writer, storage_name):
    """Writes a MAXIMUM. All grids are one, so kernels compare what is stored."""
    writer.operator(
        schema.BuiltinOperator.MAXIMUM,
        MAXIMUM_VERSION,
        [writer.activation(tensor) for tensor in node.inputs],
        writer.activation(node.output),
        schema.MaximumMinimumOptionsT(),
    )
    return Proof("-")
