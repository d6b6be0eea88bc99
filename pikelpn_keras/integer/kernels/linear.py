"""Convolutions and fully connected layers on plain 8-bit tensors."""

import abc
import dataclasses

import numpy as np

from pikelpn_keras.integer.arrays import frozen_array
from pikelpn_keras.integer.kernels.requantization import Requantization
from pikelpn_keras.integer.nodes import Conv2D, Dense, DepthwiseConv2D, Node, Window
from pikelpn_keras.integer.nodes.linear import INT32_MAX


@dataclasses.dataclass(frozen=True, eq=False)
class AffineLinear(Node):
    """`clamp(rule(sum(x * kernel) + bias), low, high)`.

    Attributes:
        kernel: int16 array of weights less their zero point, output channels innermost.
        bias: int32 array `(channels,)`.
        rule: the `Requantization` to the output's grid.
        low: lower clamp, an integer of the output's grid.
        high: upper clamp.
    """

    kernel: np.ndarray
    bias: np.ndarray
    rule: Requantization
    low: int
    high: int

    def __post_init__(self):
        object.__setattr__(self, "kernel", frozen_array(self.kernel, np.int16))
        object.__setattr__(self, "bias", frozen_array(self.bias, np.int32))

    @abc.abstractmethod
    def accumulate(self, inputs, dtype):
        """Sums of products, `(batch, *output.shape)`, computed in the float type `dtype`."""

    def run(self, inputs):
        weights = np.abs(self.kernel.astype(np.int64)).reshape(-1, self.kernel.shape[-1])
        reach = int(weights.sum(axis=0).max(initial=0)) * self.inputs[0].grid.magnitude
        # Below 2**24 every partial sum is an exact float32, in any order of summation.
        dtype = np.float32 if reach < 2**24 else np.float64
        accumulators = self.accumulate(inputs.astype(dtype), dtype).astype(np.int64) + self.bias
        if np.abs(accumulators).max(initial=0) > INT32_MAX:
            raise OverflowError(f"an accumulator of node '{self.name}' leaves int32")
        return np.clip(self.rule(accumulators), self.low, self.high).astype(np.int32)


@dataclasses.dataclass(frozen=True, eq=False)
class AffineConv2D(AffineLinear):
    """CONV_2D; `kernel` is `(height, width, in channels, out channels)`.

    Attributes:
        window: size, strides, dilation and padding.
    """

    window: Window

    accumulate = Conv2D.accumulate


@dataclasses.dataclass(frozen=True, eq=False)
class AffineDepthwiseConv2D(AffineLinear):
    """DEPTHWISE_CONV_2D; `kernel` is `(height, width, in channels * multiplier)`.

    Attributes:
        window: size, strides, dilation and padding.
    """

    window: Window

    depth_multiplier = DepthwiseConv2D.depth_multiplier
    accumulate = DepthwiseConv2D.accumulate


@dataclasses.dataclass(frozen=True, eq=False)
class AffineDense(AffineLinear):
    """FULLY_CONNECTED on vectors; `kernel` is `(in units, out units)`."""

    accumulate = Dense.accumulate
