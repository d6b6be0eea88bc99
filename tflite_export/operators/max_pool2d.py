"""MAX_POOL_2D."""

from ai_edge_litert import schema_py_generated as schema

from pikelpn_keras.integer.nodes import MaxPool2D
from tflite_export.operators import movement
from tflite_export.operators.linear import PADDINGS
from tflite_export.operators.registry import emits

VERSION = 2


@emits(MaxPool2D)
def emit_max_pool2d(node, writer, storage_name):
    """Writes a maximum pooling; kernels leave places beyond the border out."""
    window = node.window
    options = schema.Pool2DOptionsT(
        padding=PADDINGS[window.padding],
        strideH=window.strides[0],
        strideW=window.strides[1],
        filterHeight=window.size[0],
        filterWidth=window.size[1],
    )
    return movement.append(node, writer, schema.BuiltinOperator.MAX_POOL_2D, VERSION, options)
