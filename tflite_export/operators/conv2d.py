"""CONV_2D."""

import numpy as np
from ai_edge_litert import schema_py_generated as schema

from pikelpn_keras.integer.nodes import Conv2D
from tflite_export.operators import linear, outputs
from tflite_export.operators.registry import emits

VERSIONS = {"int8": 3, "int4": 7}


@emits(Conv2D)
def emit_conv2d(node, writer, storage_name):
    """Writes a convolution; the file's kernel is `(out channels, height, width, in channels)`."""
    storage = linear.storage_for(node, storage_name)
    encoding = linear.encode_convolution(node, storage)
    constants = linear.constants(
        node,
        writer,
        storage,
        weights=np.moveaxis(encoding.weights, -1, 0),
        bias=encoding.bias,
        scales=encoding.scales,
        channel_axis=0,
    )
    outputs.append(
        writer,
        schema.BuiltinOperator.CONV_2D,
        VERSIONS[storage.name],
        [writer.activation(node.inputs[0]), *constants],
        node.output,
        schema.Conv2DOptionsT(**linear.window_options(node.window)),
    )
    return encoding.proof
