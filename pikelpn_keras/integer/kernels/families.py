"""Which rule each family of LiteRT's kernels follows, measured on x86-64 (`docs/reading.md`)."""

import dataclasses

from pikelpn_keras.integer.kernels.elementwise import AffineSum, SumOnce, SumRescaled
from pikelpn_keras.integer.kernels.requantization import (
    HalfAway,
    HalfToEven,
    HalfUpward,
    HalfUpwardInEights,
    Requantization,
    TwoRoundings,
)
from pikelpn_keras.integer.kernels.softmax import FixedPointSoftmax, TableSoftmax
from pikelpn_keras.integer.nodes import Node


@dataclasses.dataclass(frozen=True)
class KernelFamily:
    """The rules of a family of kernels.

    Attributes:
        name: "xnnpack", "builtin" or "reference".
        convolution, depthwise, dense, product: `Requantization` of CONV_2D, of int8
            DEPTHWISE_CONV_2D, of FULLY_CONNECTED and of MUL.
        depthwise_uint8: that of uint8 DEPTHWISE_CONV_2D.
        addition: node class of ADD and SUB.
        softmax: node class of SOFTMAX.
    """

    name: str
    convolution: type[Requantization]
    depthwise: type[Requantization]
    depthwise_uint8: type[Requantization]
    dense: type[Requantization]
    product: type[Requantization]
    addition: type[AffineSum]
    softmax: type[Node]


FAMILIES = {
    family.name: family
    for family in (
        KernelFamily(
            "xnnpack",
            convolution=HalfToEven,
            depthwise=HalfToEven,
            depthwise_uint8=HalfToEven,
            dense=HalfToEven,
            product=HalfToEven,
            addition=SumOnce,
            softmax=TableSoftmax,
        ),
        KernelFamily(
            "builtin",
            convolution=HalfUpward,
            depthwise=HalfUpwardInEights,
            depthwise_uint8=TwoRoundings,
            dense=HalfUpward,
            product=TwoRoundings,
            addition=SumRescaled,
            softmax=TableSoftmax,
        ),
        KernelFamily(
            "reference",
            convolution=TwoRoundings,
            depthwise=TwoRoundings,
            depthwise_uint8=TwoRoundings,
            dense=HalfAway,
            product=TwoRoundings,
            addition=SumRescaled,
            softmax=FixedPointSoftmax,
        ),
    )
}
