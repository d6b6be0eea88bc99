"""SUB."""

from ai_edge_litert import schema_py_generated as schema

from pikelpn_keras.integer.nodes import Subtract
from tflite_export.operators import outputs
from tflite_export.operators.registry import emits
from tflite_export.proof import Proof

VERSION = 2


@emits(Subtract)
def emit_subtract(node, writer, storage_name):
    """Writes a subtraction. All three scales are one, so kernels round nothing."""
    outputs.append(
        writer,
        schema.BuiltinOperator.SUB,
        VERSION,
        [writer.activation(tensor) for tensor in node.inputs],
        node.output,
        schema.SubOptionsT(),
    )
    return Proof("-")
