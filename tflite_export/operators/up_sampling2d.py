"""RESIZE_NEAREST_NEIGHBOR."""

from ai_edge_litert import schema_py_generated as schema

from pikelpn_keras.integer.nodes import UpSampling2D
from tflite_export.operators import movement
from tflite_export.operators.registry import emits

VERSION = 2


@emits(UpSampling2D)
def emit_up_sampling2d(node, writer, storage_name):
    """Writes an enlargement by whole factors, at which kernels pick equal pixels."""
    return movement.append(
        node,
        writer,
        schema.BuiltinOperator.RESIZE_NEAREST_NEIGHBOR,
        VERSION,
        schema.ResizeNearestNeighborOptionsT(),
        size=node.output.shape[:2],
    )
