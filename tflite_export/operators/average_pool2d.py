"""Average pooling as a DEPTHWISE_CONV_2D.

AVERAGE_POOL_2D rounds the stored int8, and ties away from 0, so those of negative int8 move down.
This convolution has no ties, for the reason that `averages` gives.
"""

import numpy as np
from ai_edge_litert import schema_py_generated as schema

from pikelpn_keras.integer.nodes import AveragePool2D
from tflite_export.operators import averages, linear, outputs
from tflite_export.operators.averages import Average
from tflite_export.operators.registry import emits


@emits(AveragePool2D)
def emit_average_pool2d(node, writer, storage_name):
    """Writes a depthwise convolution whose window is that of the pool."""
    average = Average.of(refinement=1, denominator=node.count)
    taps = np.ones((1, *node.window.size, node.output.shape[-1]), np.int8)
    constants = averages.constants(node, writer, average, taps, channel_axis=3)
    outputs.append(
        writer,
        schema.BuiltinOperator.DEPTHWISE_CONV_2D,
        averages.CONVOLUTION_VERSION,
        [writer.activation(node.inputs[0]), *constants],
        node.output,
        schema.DepthwiseConv2DOptionsT(depthMultiplier=1, **linear.window_options(node.window)),
    )
    return averages.prove_average(node, average)
