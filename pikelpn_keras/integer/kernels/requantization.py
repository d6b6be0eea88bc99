"""From 32-bit accumulators to 8-bit integers: one class for each rule that TFLite's kernels follow.

Each is made by `between` from the scales of what is multiplied and of the result, in the precision
in which the kernels prepare them, and called with accumulators, channels innermost.
"""

import abc
import dataclasses

import numpy as np

from pikelpn_keras.integer.kernels import fixed_point
from pikelpn_keras.integer.rounding import shift_half_up


class Requantization(abc.ABC):
    """A multiplication of accumulators by real factors, rounded to integers."""

    @classmethod
    @abc.abstractmethod
    def between(cls, input_scale, weight_scales, output_scale):
        """The rule for the factors `input_scale * weight_scales / output_scale`, float32 all."""

    @abc.abstractmethod
    def __call__(self, accumulators):
        """int64 array of rounded products."""


@dataclasses.dataclass(frozen=True, eq=False)
class HalfToEven(Requantization):
    """One rounding of the float32 product, halves to even: XNNPACK.

    Attributes:
        factors: float32 array.

    Example:

    >>> HalfToEven.between(np.float32(1), np.float32([0.5]), np.float32(1))(np.array([[3], [5]]))
    array([[2],
           [2]])
    """

    factors: np.ndarray

    @classmethod
    def between(cls, input_scale, weight_scales, output_scale):
        with np.errstate(over="ignore"):
            factors = np.float32(input_scale) * weight_scales / np.float32(output_scale)
        if not np.isfinite(factors).all():
            raise ValueError("input and weights have scales too large for float32 factors")
        return cls(factors)

    def __call__(self, accumulators):
        products = accumulators.astype(np.float32) * self.factors
        # No output is wider than 16 bits: what lies beyond is clamped later.
        return np.rint(np.clip(products, -(2**30), 2**30)).astype(np.int64)


@dataclasses.dataclass(frozen=True, eq=False)
class _FixedPoint(Requantization):
    """Attributes: multipliers and shifts as `fixed_point.quantize_multiplier` gives them."""

    multipliers: np.ndarray
    shifts: np.ndarray

    @classmethod
    def between(cls, input_scale, weight_scales, output_scale):
        products = np.float64(input_scale) * weight_scales.astype(np.float64)
        return cls(*fixed_point.quantize_multiplier(products / np.float64(output_scale)))


class TwoRoundings(_FixedPoint):
    """gemmlowp's two roundings: the reference kernels, TensorFlow Lite Micro, most built-in ones.

    Example:

    >>> rule = TwoRoundings.between(np.float32(1), np.float32([0.5]), np.float32(1))
    >>> rule(np.array([[3], [-3]]))
    array([[ 2],
           [-1]])
    """

    def __call__(self, accumulators):
        return fixed_point.multiply(accumulators, self.multipliers, self.shifts)


class HalfUpward(_FixedPoint):
    """A doubling high multiplication, then a shift that rounds halves up: built-in products.

    Example:

    >>> rule = HalfUpward.between(np.float32(1), np.float32([0.125]), np.float32(1))
    >>> rule(np.array([[4], [-4]]))
    array([[1],
           [0]])
    """

    def __call__(self, accumulators):
        raised = fixed_point.wrap(accumulators << np.maximum(self.shifts, 0))
        high = fixed_point.doubling_high_multiply(raised, self.multipliers)
        return shift_half_up(high, np.maximum(-self.shifts, 0))


class HalfAway(_FixedPoint):
    """One rounding of the exact product, halves away from 0: fully connected, reference kernels.

    Example:

    >>> HalfAway.between(np.float32(1), np.float32([0.5]), np.float32(1))(np.array([[3], [-3]]))
    array([[ 2],
           [-2]])
    """

    def __call__(self, accumulators):
        accumulators = np.asarray(accumulators, np.int64)
        magnitudes = shift_half_up(
            np.abs(accumulators) * self.multipliers, fixed_point.FRACTION_BITS - self.shifts
        )
        return np.where(accumulators < 0, -magnitudes, magnitudes)


@dataclasses.dataclass(frozen=True, eq=False)
class HalfUpwardInEights(Requantization):
    """`HalfUpward` on whole groups of 8 channels, `TwoRoundings` on those left: built-in depthwise.

    Attributes:
        grouped: the rule of the first channels.
        left: the rule of all channels.

    Example:

    >>> rule = HalfUpwardInEights.between(np.float32(1), np.full(9, 0.125, "f"), np.float32(1))
    >>> rule(np.full((1, 9), -4))
    array([[ 0,  0,  0,  0,  0,  0,  0,  0, -1]])
    """

    grouped: HalfUpward
    left: TwoRoundings

    @classmethod
    def between(cls, input_scale, weight_scales, output_scale):
        return cls(
            HalfUpward.between(input_scale, weight_scales, output_scale),
            TwoRoundings.between(input_scale, weight_scales, output_scale),
        )

    def __call__(self, accumulators):
        whole = accumulators.shape[-1] // 8 * 8
        grouped = np.arange(accumulators.shape[-1]) < whole
        return np.where(grouped, self.grouped(accumulators), self.left(accumulators))
