"""Global average pooling as a convolution; `averages` says why it is exact.

Up to 25 positions it is a DEPTHWISE_CONV_2D over the whole image. XNNPACK has no depthwise kernel
of more taps and computes such windows channel by channel. So larger images are laid out as a row
for each position and a column for each group of up to 8 channels, by RESHAPE alone, and a CONV_2D
over the rows sums each channel of a group into itself. 8x8 positions of 256 channels take 51,261
instructions this way instead of 514,560 (callgrind, LiteRT 2.3.0, AVX2), and a kernel of 4,096
bytes instead of 16,384.
"""

import dataclasses
import math

import numpy as np
from ai_edge_litert import schema_py_generated as schema

from pikelpn_keras.integer.nodes import GlobalAveragePool, Reshape
from tflite_export.operators import averages, outputs
from tflite_export.operators.averages import Average
from tflite_export.operators.registry import emits
from tflite_export.operators.reshape import emit_reshape

# XNNPACK's largest depthwise kernel.
LARGEST_DEPTHWISE_COUNT = 25
# XNNPACK's convolutions of int8 multiply 8 channels at a time.
LARGEST_GROUP = 8


@emits(GlobalAveragePool)
def emit_global_average_pool(node, writer, storage_name):
    """Writes the convolution, with a RESHAPE before and behind it where they are needed.

    Raises:
        ValueError: if the input is no image or has no positions.
    """
    _check_image(node)
    append = _append_depthwise if node.count <= LARGEST_DEPTHWISE_COUNT else _append_grouped
    image = append(node, writer, storage_name)
    if image.shape != node.output.shape:
        emit_reshape(Reshape((image,), node.output), writer, storage_name)
    return averages.prove_average(node, average_of(node))


def average_of(node):
    """The `Average` of a pool.

    Example:

    >>> from pikelpn_keras.integer import Grid
    >>> from pikelpn_keras.integer.nodes import Tensor
    >>> x, y = Tensor("x", (7, 7, 8), Grid(-4)), Tensor("y", (8,), Grid(-6))
    >>> average_of(GlobalAveragePool((x,), y))
    Average(refinement=4, denominator=49, weight=16, bias=0)
    """
    common = math.gcd(2**node.up, node.count)
    return Average.of(refinement=2**node.up // common, denominator=node.count // common)


def kernel_shape(image_shape):
    """Shape of the kernel that averages images of the shape `(height, width, channels)`.

    Example:

    >>> kernel_shape((3, 3, 256)), kernel_shape((8, 8, 256))
    ((1, 3, 3, 256), (8, 64, 1, 8))
    """
    count, group = math.prod(image_shape[:-1]), group_of(image_shape[-1])
    return (1, *image_shape) if count <= LARGEST_DEPTHWISE_COUNT else (group, count, 1, group)


def group_of(channels):
    """Channels of a group: as many as fit without more weights than a depthwise kernel has.

    Example:

    >>> [group_of(channels) for channels in (256, 48, 33)]
    [8, 4, 1]
    """
    group = math.gcd(channels, LARGEST_GROUP)
    while group**2 > channels:
        group //= 2
    return group


def _check_image(node):
    shape = node.inputs[0].shape
    if len(shape) != 3 or not node.count:
        raise ValueError(
            f"pool '{node.name}' reads a tensor of shape {shape}; it needs (height, width, "
            "channels), none of them 0"
        )


def _append_depthwise(node, writer, storage_name):
    """Appends a depthwise convolution over the whole image and returns the tensor it writes."""
    shape = node.inputs[0].shape
    image = _image(node, (1, 1, shape[-1]))
    taps = np.ones(kernel_shape(shape), np.int8)
    constants = averages.constants(node, writer, average_of(node), taps, channel_axis=3)
    outputs.append(
        writer,
        schema.BuiltinOperator.DEPTHWISE_CONV_2D,
        averages.CONVOLUTION_VERSION,
        [writer.activation(node.inputs[0]), *constants],
        image,
        schema.DepthwiseConv2DOptionsT(
            padding=schema.Padding.VALID, strideH=1, strideW=1, depthMultiplier=1
        ),
    )
    return image


def _append_grouped(node, writer, storage_name):
    """Appends RESHAPE and the convolution of groups, and returns the tensor that it writes."""
    (source,) = node.inputs
    shape = group, count, *_ = kernel_shape(source.shape)
    groups = source.shape[-1] // group
    table = dataclasses.replace(source, name=f"{node.name}:groups", shape=(count, groups, group))
    image = _image(node, (1, groups, group))
    emit_reshape(Reshape((source,), table), writer, storage_name)
    taps = np.broadcast_to(np.eye(group, dtype=np.int8)[:, None, None], shape)
    constants = averages.constants(node, writer, average_of(node), taps, channel_axis=0)
    outputs.append(
        writer,
        schema.BuiltinOperator.CONV_2D,
        averages.CONVOLUTION_VERSION,
        [writer.activation(table), *constants],
        image,
        schema.Conv2DOptionsT(padding=schema.Padding.VALID, strideH=1, strideW=1),
    )
    return image


def _image(node, shape):
    """What the convolution writes: the output itself where it has that shape."""
    if node.output.shape == shape:
        return node.output
    return dataclasses.replace(node.output, name=f"{node.name}:image", shape=shape)
