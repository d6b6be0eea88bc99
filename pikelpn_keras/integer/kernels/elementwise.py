"""Sums and products of two plain 8-bit tensors."""

import abc
import dataclasses

import numpy as np

from pikelpn_keras.integer.kernels import fixed_point
from pikelpn_keras.integer.kernels.requantization import Requantization
from pikelpn_keras.integer.nodes import Node
from pikelpn_keras.integer.rounding import shift_half_up

# The reference kernels lift their inputs by so many bits before they rescale them.
SUM_SHIFT = 20


@dataclasses.dataclass(frozen=True, eq=False)
class AffineSum(Node):
    """`clamp(a * scale_a / scale + sign * b * scale_b / scale)`: ADD and SUB.

    Attributes:
        sign: 1 to add, -1 to subtract.
        low: lower clamp, an integer of the output's grid.
        high: upper clamp.
    """

    sign: int
    low: int
    high: int

    def run(self, first, second):
        scales = (*(tensor.grid.scale for tensor in self.inputs), self.output.grid.scale)
        total = self.scaled_sum(first.astype(np.int64), second.astype(np.int64), *scales)
        return np.clip(total, self.low, self.high).astype(np.int32)

    @abc.abstractmethod
    def scaled_sum(self, first, second, first_scale, second_scale, scale):
        """The sum in units of the output, rounded by the rule of a kernel family."""


@dataclasses.dataclass(frozen=True, eq=False)
class SumOnce(AffineSum):
    """XNNPACK: both factors in fixed point with one exponent, one rounding, halves up."""

    def scaled_sum(self, first, second, first_scale, second_scale, scale):
        ratios = np.float32([first_scale, second_scale]) / np.float32(scale)
        # The larger factor gets 21 bits.
        _, exponent = np.frexp(ratios.max())
        shift = SUM_SHIFT + 1 - int(exponent)
        first_factor, second_factor = np.rint(np.ldexp(ratios, shift)).astype(np.int64)
        return shift_half_up(first * first_factor + self.sign * second * second_factor, shift)


@dataclasses.dataclass(frozen=True, eq=False)
class SumRescaled(AffineSum):
    """Built-in and reference kernels: both inputs are rescaled, then their sum is."""

    def scaled_sum(self, first, second, first_scale, second_scale, scale):
        unit = 2 * max(first_scale, second_scale)
        lifted = [
            fixed_point.multiply(
                numbers << SUM_SHIFT, *fixed_point.quantize_multiplier(own_scale / unit)
            )
            for numbers, own_scale in ((first, first_scale), (second, second_scale))
        ]
        back = fixed_point.quantize_multiplier(unit / (2**SUM_SHIFT * scale))
        return fixed_point.multiply(lifted[0] + self.sign * lifted[1], *back)


@dataclasses.dataclass(frozen=True, eq=False)
class AffineProduct(Node):
    """`clamp(rule(a * b), low, high)`: MUL.

    Attributes:
        rule: the `Requantization` to the output's grid.
        low: lower clamp, an integer of the output's grid.
        high: upper clamp.
    """

    rule: Requantization
    low: int
    high: int

    def run(self, first, second):
        products = self.rule(first.astype(np.int64) * second)
        return np.clip(products, self.low, self.high).astype(np.int32)
