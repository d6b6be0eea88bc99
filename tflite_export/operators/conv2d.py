"""CONV_2D."""

import numpy as np
from ai_edge_litert import schema_py_generated as schema

from pikelpn_keras.integer.nodes import Conv2D
from tflite_export.operators import linear
from tflite_export.operators.registry import emits


@emits(Conv2D)
def emit_conv2d(node, writer, storage_name):
    """Writes a convolution; the file's kernel is `(out channels, height, width, in channels)`."""
    return linear.append_convolution(
        node,
        writer,
        linear.storage_for(node, storage_name),
        schema.BuiltinOperator.CONV_2D,
        channel_axis=0,
        layout=lambda kernel: np.moveaxis(kernel, -1, 0),
        options=schema.Conv2DOptionsT(**linear.window_options(node.window)),
    )
