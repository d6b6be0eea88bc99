"""STRIDED_SLICE: SLICE keeps the batch of the file in some runtimes."""

from ai_edge_litert import schema_py_generated as schema

from pikelpn_keras.integer.nodes import Crop2D
from tflite_export.operators import movement
from tflite_export.operators.registry import emits

VERSION = 2
# A set bit leaves an axis whole: that of the batch and that of the channels.
WHOLE_AXES = 0b1001


@emits(Crop2D)
def emit_crop2d(node, writer, storage_name):
    """Writes a cut-out; the batch stays open."""
    top, left = node.corner
    height, width, channels = node.output.shape
    return movement.append(
        node,
        writer,
        schema.BuiltinOperator.STRIDED_SLICE,
        VERSION,
        schema.StridedSliceOptionsT(beginMask=WHOLE_AXES, endMask=WHOLE_AXES),
        begin=[0, top, left, 0],
        end=[1, top + height, left + width, channels],
        strides=[1, 1, 1, 1],
    )
