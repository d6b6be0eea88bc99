"""What the layers with weights have in common."""

from ai_edge_litert import schema_py_generated as schema

from tflite_export import int8
from tflite_export.encoding import C, D, encode
from tflite_export.operators import outputs
from tflite_export.storage import INT4, INT8
from tflite_export.writer import Constant

CONVOLUTION_VERSIONS = {"int8": 3, "int4": 7}
PADDINGS = {"same": schema.Padding.SAME, "valid": schema.Padding.VALID}


def storage_for(node, storage_name):
    """The `WeightStorage` of a node's weights: int4 where it is asked for and they fit.

    Layers with mantissas stay int8: their class needs XNNPACK, which computes few int4 operators.
    """
    fits = node.largest_weights.max(initial=0) <= INT4.limit and (node.multiplier == 1).all()
    return INT4 if storage_name == INT4.name and fits else INT8


def append_convolution(node, writer, storage, code, channel_axis, layout, options):
    """Appends the operator of a convolution and returns its `Proof`.

    Args:
        node: the node.
        writer: the `ModelWriter`.
        storage: the `WeightStorage` of its weights.
        code: member of the schema's `BuiltinOperator`.
        channel_axis: the axis of the file's kernel along which output channels lie.
        layout: function from the node's kernel to the layout of the file's.
        options: the operator's options object.
    """
    # XNNPACK leaves convolutions of int4 weights to other kernels.
    encoding = encode(node, storage, tight=D if storage is INT4 else C)
    weights = constants(
        node,
        writer,
        storage,
        weights=layout(encoding.weights),
        bias=encoding.bias,
        scales=encoding.scales,
        channel_axis=channel_axis,
    )
    inputs = [writer.activation(node.inputs[0]), *weights]
    version = CONVOLUTION_VERSIONS[storage.name]
    outputs.append(writer, code, version, inputs, node.output, options)
    return encoding.proof


def constants(node, writer, storage, weights, bias, scales, channel_axis):
    """Adds the weights and biases of a layer to the file.

    Args:
        node: the node; it names the tensors.
        writer: the `ModelWriter`.
        storage: the `WeightStorage` of the weights.
        weights: int8 array, laid out as the operator wants it.
        bias: int32 array, an entry for each output channel.
        scales: float32 array of the weights' scales, one or one for each output channel.
        channel_axis: the axis of `weights` along which output channels lie.

    Returns:
        indices of the weight and bias tensors.
    """
    kernel = Constant(
        storage.pack(weights), weights.shape, storage.tensor_type, scales, channel_axis
    )
    bias_scales = scales * int8.scale(node.inputs[0].grid)
    biases = Constant(bias, bias.shape, schema.TensorType.INT32, bias_scales)
    return [
        writer.constant(f"{node.name}:kernel", kernel),
        writer.constant(f"{node.name}:bias", biases),
    ]


def window_options(window):
    """The fields of a convolution's options that its window gives, as keyword arguments.

    Example:

    >>> from pikelpn_keras.integer.nodes import Window
    >>> window_options(Window((3, 3), (2, 1), (1, 1), "valid"))["strideH"]
    2
    """
    return {
        "padding": PADDINGS[window.padding],
        "strideH": window.strides[0],
        "strideW": window.strides[1],
        "dilationHFactor": window.dilation[0],
        "dilationWFactor": window.dilation[1],
    }
