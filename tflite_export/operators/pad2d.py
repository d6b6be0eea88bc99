"""PAD."""

from ai_edge_litert import schema_py_generated as schema

from pikelpn_keras.integer.nodes import Pad2D
from tflite_export.operators import movement
from tflite_export.operators.registry import emits

VERSION = 2


@emits(Pad2D)
def emit_pad2d(node, writer, storage_name):
    """Writes a border of zeros: PAD takes the zero point for them."""
    return movement.append(
        node,
        writer,
        schema.BuiltinOperator.PAD,
        VERSION,
        schema.PadOptionsT(),
        pads=[(0, 0), *node.pads, (0, 0)],
    )
