"""The fused layer: multiply-accumulate, norm, activation and requantization in one line."""

import abc
import dataclasses
import functools

import numpy as np

from pikelpn_keras.integer.arrays import frozen_array
from pikelpn_keras.integer.nodes.base import Node
from pikelpn_keras.integer.records import NormRecord, WeightRecord
from pikelpn_keras.integer.rounding import shift_half_up

INT32_MAX = 2**31 - 1


@dataclasses.dataclass(frozen=True, eq=False)
class LinearNode(Node):
    """`clamp(floor((sum(x * kernel) + bias) * multiplier / 2**shift + 1/2), low, high)`.

    The accumulator of channel c counts in units of `2**(x.exponent + kernel exponent[c])`, its
    result in units of the output grid, whose range gives `low` and `high`.

    Attributes:
        kernel: int8 array, output channels innermost.
        bias: int32 array `(channels,)`, in accumulator units.
        multiplier: int32 array `(channels,)` of mantissas, all ones unless a norm has mantissas.
        shift: int32 array `(channels,)`; negative entries shift left.
        weights: how the kernel was quantized.
        norm: how the absorbed QuantNorm was quantized, or None where there is none.
    """

    kernel: np.ndarray
    bias: np.ndarray
    multiplier: np.ndarray
    shift: np.ndarray
    weights: WeightRecord
    norm: NormRecord | None

    def __post_init__(self):
        object.__setattr__(self, "kernel", frozen_array(self.kernel, np.int8))
        for field in ("bias", "multiplier", "shift"):
            array = frozen_array(getattr(self, field), np.int32)
            object.__setattr__(self, field, array)
            if array.shape != (self.output.shape[-1],):
                raise ValueError(
                    f"{field} of node '{self.name}' has shape {array.shape}, "
                    f"not one entry for each of {self.output.shape[-1]} channels"
                )

    @property
    @abc.abstractmethod
    def channel_kernel(self):
        """The kernel as a matrix: one row for each tap, one column for each output channel."""

    @abc.abstractmethod
    def accumulate(self, inputs, dtype):
        """Sums of products, `(batch, *output.shape)`, computed in the float type `dtype`."""

    @functools.cached_property
    def largest_weights(self):
        """int64 array: for each channel the largest absolute integer of its kernel."""
        kernel = self.channel_kernel
        low, high = (f(axis=0, initial=0).astype(np.int64) for f in (kernel.min, kernel.max))
        return np.maximum(-low, high)

    @functools.cached_property
    def reach(self):
        """int64 array: for each channel a proven bound of every partial sum and of sum + bias.

        It is `sum(abs(kernel)) * largest abs(x) + abs(bias)`.
        """
        magnitude = self.inputs[0].grid.magnitude
        # int16, because int8 has no magnitude of -128.
        sums = np.abs(self.channel_kernel.astype(np.int16)).sum(axis=0, dtype=np.int64) * magnitude
        return sums + np.abs(self.bias.astype(np.int64))

    def run(self, inputs):
        reach = int(self.reach.max(initial=0))
        # Below 2**24 every partial sum is an exact float32, in any order of summation.
        dtype = np.float32 if reach < 2**24 else np.float64
        accumulators = self.accumulate(inputs.astype(dtype), dtype).astype(np.int64) + self.bias
        if reach > INT32_MAX and np.abs(accumulators).max(initial=0) > INT32_MAX:
            raise OverflowError(
                f"an accumulator of node '{self.name}' leaves int32; use fewer weight or "
                "activation bits"
            )
        grid = self.output.grid
        scaled = shift_half_up(accumulators * self.multiplier, self.shift)
        return np.clip(scaled, grid.low, grid.high).astype(np.int32)
