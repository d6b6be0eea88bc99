"""DEPTHWISE_CONV_2D."""

import dataclasses

from ai_edge_litert import schema_py_generated as schema

from pikelpn_keras.integer.nodes import DepthwiseConv2D
from tflite_export.operators import linear
from tflite_export.operators.registry import emits
from tflite_export.proof import REFERENCE, Obstacle
from tflite_export.storage import INT4


@emits(DepthwiseConv2D)
def emit_depthwise_conv2d(node, writer, storage_name):
    """Writes a depthwise convolution; the file's kernel is `(1, height, width, channels)`."""
    storage = linear.storage_for(node, storage_name)
    proof = linear.append_convolution(
        node,
        writer,
        storage,
        schema.BuiltinOperator.DEPTHWISE_CONV_2D,
        channel_axis=3,
        layout=lambda kernel: kernel[None],
        options=schema.DepthwiseConv2DOptionsT(
            depthMultiplier=node.depth_multiplier, **linear.window_options(node.window)
        ),
    )
    return _with_missing_kernel(proof) if storage is INT4 else proof


def _with_missing_kernel(proof):
    missing = Obstacle(
        "the reference kernels have no int4 depthwise convolution and do not load the file",
        "use weight_storage='int8'",
        (REFERENCE,),
    )
    return dataclasses.replace(proof, obstacles=(*proof.obstacles, missing))
