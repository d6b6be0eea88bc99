"""ADD."""

from ai_edge_litert import schema_py_generated as schema

from pikelpn_keras.integer.nodes import Add
from tflite_export.operators import outputs
from tflite_export.operators.registry import emits
from tflite_export.proof import Proof

VERSION = 2


@emits(Add)
def emit_add(node, writer, storage_name):
    """Writes an addition. All three scales are one, so kernels multiply by 1 and round nothing."""
    outputs.append(
        writer,
        schema.BuiltinOperator.ADD,
        VERSION,
        [writer.activation(tensor) for tensor in node.inputs],
        node.output,
        schema.AddOptionsT(),
    )
    return Proof("-")
