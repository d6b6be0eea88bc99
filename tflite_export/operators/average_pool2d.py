"""Average pooling as a DEPTHWISE_CONV_2D.

AVERAGE_POOL_2D rounds the stored int8, and ties away from 0, so those of negative int8 move down.
This convolution has no ties, for the reason that `global_average_pool` gives.
"""

import numpy as np
from ai_edge_litert import schema_py_generated as schema

from pikelpn_keras.integer.nodes import AveragePool2D
from tflite_export.operators import linear, outputs
from tflite_export.operators.global_average_pool import Average, prove_average
from tflite_export.operators.registry import emits
from tflite_export.storage import INT8

VERSION = 3


@emits(AveragePool2D)
def emit_average_pool2d(node, writer, storage_name):
    """Writes a depthwise convolution whose window is that of the pool."""
    channels = node.output.shape[-1]
    average = Average.of(refinement=1, denominator=node.count)
    constants = linear.constants(
        node,
        writer,
        INT8,
        weights=np.full((1, *node.window.size, channels), average.weight, np.int8),
        bias=np.full(channels, average.bias, np.int32),
        scales=np.full(channels, 1 / (average.weight * node.count), np.float32),
        channel_axis=3,
    )
    outputs.append(
        writer,
        schema.BuiltinOperator.DEPTHWISE_CONV_2D,
        VERSION,
        [writer.activation(node.inputs[0]), *constants],
        node.output,
        schema.DepthwiseConv2DOptionsT(depthMultiplier=1, **linear.window_options(node.window)),
    )
    return prove_average(node, average)
