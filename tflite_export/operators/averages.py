"""Averages as convolutions, whose weights are all one number.

MEAN and AVERAGE_POOL_2D round ties differently from kernel to kernel, or away from 0; these
convolutions have none. With `p / q` the reduced fraction `2**up / count`, the mean in units of the
output grid is `sum * p / q`.

- q is odd: `sum * p / q` is never a tie: `2 * sum * p` is even, and odd multiples of q are odd.
- q is even: then p = 1, and half of a q-th is added. Ties move up, and nothing moves across one.

Either way the value lies at least `1 / (2 * q)` from a tie. The first of two fixed-point roundings
errs by half a unit of its result, in which that distance is at least `weight / (4 * p)`: 1 for
weights of `4 * p`.
"""

import dataclasses
import math

import numpy as np

from tflite_export.operators import linear
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

CONVOLUTION_VERSION = linear.CONVOLUTION_VERSIONS[INT8.name]
# float32 scales err by 2**-24 of a value below 256: a quarter of the distance to a tie, or less.
LARGEST_DENOMINATOR = 2**12
# Weights of 4 * p fit int8 up to p = 16; at 32 weights of 127 leave a distance of 0.99.
LARGEST_REFINEMENT = 32


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


def constants(node, writer, average, taps, channel_axis):
    """Adds the kernel and the biases of a node that averages `node.count` integers.

    Args:
        node: the node; it names the tensors.
        writer: the `ModelWriter`.
        average: its `Average`.
        taps: int8 array of the kernel's shape: 1 where an input counts for an output, else 0.
        channel_axis: the axis of the kernel along which output channels lie.

    Returns:
        indices of the kernel and bias tensors.
    """
    channels = taps.shape[channel_axis]
    return linear.constants(
        node,
        writer,
        INT8,
        weights=taps * np.int8(average.weight),
        bias=np.full(channels, average.bias, np.int32),
        scales=np.full(channels, 1 / (average.weight * node.count), np.float32),
        channel_axis=channel_axis,
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
