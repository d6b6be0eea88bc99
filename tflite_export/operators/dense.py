"""FULLY_CONNECTED."""

from ai_edge_litert import schema_py_generated as schema

from pikelpn_keras.integer.nodes import Dense
from tflite_export.encoding import encode
from tflite_export.operators import linear, outputs
from tflite_export.operators.registry import emits
from tflite_export.storage import INT4, INT8

PER_TENSOR_VERSIONS = {"int8": 4, "int4": 10}
# Kernels of version 4 in old runtimes take one scale and, given several, compute nonsense without
# a word; those that know version 12 take one for each channel.
PER_CHANNEL_VERSION = 12


@emits(Dense)
def emit_dense(node, writer, storage_name):
    """Writes a fully connected layer; the file's kernel is `(out units, in units)`.

    Scales that agree are written as one, which runtimes from TensorFlow 1.14 on understand.

    Raises:
        ValueError: if the input is no vector.
    """
    if len(node.inputs[0].shape) != 1:
        raise ValueError(
            f"layer '{node.name}' is fully connected and reads a tensor of shape "
            f"{node.inputs[0].shape}; flatten it or pool it to a vector"
        )
    storage, encoding = _storage_and_encoding(node, storage_name)
    version, scales = _version_and_scales(encoding.scales, storage)
    constants = linear.constants(
        node,
        writer,
        storage,
        weights=encoding.weights.T,
        bias=encoding.bias,
        scales=scales,
        channel_axis=0,
    )
    outputs.append(
        writer,
        schema.BuiltinOperator.FULLY_CONNECTED,
        version,
        [writer.activation(node.inputs[0]), *constants],
        node.output,
        schema.FullyConnectedOptionsT(),
    )
    return encoding.proof


def _storage_and_encoding(node, storage_name):
    storage = linear.storage_for(node, storage_name)
    encoding = encode(node, storage)
    if storage is INT4 and not _agree(encoding.scales):
        # TFLM has no int4 kernel with a scale for each channel.
        return INT8, encode(node, INT8)
    return storage, encoding


def _version_and_scales(scales, storage):
    if _agree(scales):
        return PER_TENSOR_VERSIONS[storage.name], scales[:1]
    return PER_CHANNEL_VERSION, scales


def _agree(scales):
    return (scales == scales[0]).all()
