"""Global average pooling as a DEPTHWISE_CONV_2D over the whole image.

MEAN rounds ties differently from kernel to kernel; this convolution has none. With `p / q` the
reduced fraction `2**up / count`, the mean in units of the output grid is `sum * p / q`.

- q is odd: `sum * p / q` is never a tie: `2 * sum * p` is even, and odd multiples of q are odd.
- q is even: then p = 1, and half of a q-th is added. Ties move up, and nothing moves across one.

Either way the value lies at least `1 / (2 * q)` from a tie. The first of two fixed-point roundings
errs by half a unit of its result, in which that distance is at least `weight / (4 * p)`: 1 for
weights of `4 * p`.
"""

import dataclasses
import math

import numpy as np
from ai_edge_litert import schema_py_generated as schema

from pikelpn_keras.integer.nodes import GlobalAveragePool
from tflite_export.operators import linear, outputs
from tflite_export.operators.registry import emits
from tflite_export.proof import (
    DEVICES,
    FIXED_POINT,
    FLOAT32_INTEGERS,
    KERAS,
    XNNPACK,
    Bound,
    Proof,
)
from tflite_export.storage import INT8
from tflite_export.writer import Constant

CONVOLUTION_VERSION = 3
RESHAPE_VERSION = 1
# float32 scales err by 2**-24 of a value below 256: a quarter of the distance to a tie, or less.
LARGEST_DENOMINATOR = 2**12
# Weights of 4 * p fit int8 up to p = 16; at 32 weights of 127 leave a distance of 0.99.
LARGEST_REFINEMENT = 32


@emits(GlobalAveragePool)
def emit_global_average_pool(node, writer, storage_name):
    """Writes a depthwise convolution and, where a vector is wanted, a RESHAPE.

    Raises:
        ValueError: if the input is no image or has no positions.
    """
    height, width, channels = _image_shape(node)
    average = average_of(node)
    constants = linear.constants(
        node,
        writer,
        INT8,
        weights=np.full((1, height, width, channels), average.weight, np.int8),
        bias=np.full(channels, average.bias, np.int32),
        scales=np.full(channels, 1 / (average.weight * node.count), np.float32),
        channel_axis=3,
    )
    image = dataclasses.replace(node.output, shape=(1, 1, channels))
    if node.output.shape != image.shape:
        image = dataclasses.replace(image, name=f"{node.name}:image")
    outputs.append(
        writer,
        schema.BuiltinOperator.DEPTHWISE_CONV_2D,
        CONVOLUTION_VERSION,
        [writer.activation(node.inputs[0]), *constants],
        image,
        schema.DepthwiseConv2DOptionsT(
            padding=schema.Padding.VALID, strideH=1, strideW=1, depthMultiplier=1
        ),
    )
    if node.output.shape != image.shape:
        _append_reshape(node, writer, image)
    return prove_average(node, average)


@dataclasses.dataclass(frozen=True)
class Average:
    """Constants of the convolution: `(weight * sum + bias) / (weight * count)` is the mean.

    Attributes:
        refinement: p of the module's description.
        denominator: q of the module's description.
        weight: every weight.
        bias: every bias.
    """

    refinement: int
    denominator: int
    weight: int
    bias: int

    @classmethod
    def of(cls, refinement, denominator):
        """The constants for a reduced fraction `refinement / denominator`."""
        return cls(
            refinement,
            denominator,
            weight=min(4 * refinement, INT8.limit),
            bias=2 if denominator % 2 == 0 else 0,
        )


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


def _image_shape(node):
    shape = node.inputs[0].shape
    if len(shape) != 3 or not node.count:
        raise ValueError(
            f"pool '{node.name}' reads a tensor of shape {shape}; it needs (height, width, "
            "channels), none of them 0"
        )
    return shape


def _append_reshape(node, writer, image):
    shape = np.array([-1, *node.output.shape], np.int32)
    constant = Constant(shape, shape.shape, schema.TensorType.INT32)
    writer.operator(
        schema.BuiltinOperator.RESHAPE,
        RESHAPE_VERSION,
        [writer.activation(image), writer.constant(f"{node.name}:shape", constant)],
        writer.activation(node.output),
        schema.ReshapeOptionsT(newShape=shape),
    )


def prove_average(node, average):
    """The `Proof` of a node that averages `node.count` integers by the given `Average`."""
    largest_sum = node.count * node.inputs[0].grid.magnitude
    # Accumulators are multiples of this power of two, so float32 holds as many times more.
    unit = math.gcd(average.weight & -average.weight, average.bias)
    accumulator = (average.weight * largest_sum + average.bias) // unit
    denominator, refinement = average.denominator, average.refinement
    return Proof(
        "A",
        bounds=(
            Bound("the float32 sum", largest_sum, FLOAT32_INTEGERS, (KERAS,)),
            Bound("the accumulator", accumulator, FLOAT32_INTEGERS, (XNNPACK,)),
            Bound("the reduced count of positions", denominator, LARGEST_DENOMINATOR, DEVICES),
            Bound("the refinement of the grid", refinement, LARGEST_REFINEMENT, FIXED_POINT),
        ),
    )
