"""Softmax of plain 8-bit tensors, bit by bit as the kernels compute it."""

import dataclasses

import numpy as np

from pikelpn_keras.integer.kernels.fixed_point import (
    divide_away,
    doubling_high_multiply,
    quantize_multiplier,
)
from pikelpn_keras.integer.nodes import Node

INT32_MAX = 2**31 - 1
# Logits lie in fixed point with so many integer bits, sums of exponentials with these.
LOGIT_BITS, SUM_BITS = 5, 12
# exp(-1/8) and 1/3 as fractions of 2**31; the exponentials of -2**k, for k from -2 on.
EXP_EIGHTH, THIRD = 1895147668, 715827883
EXP_POWERS = (1672461947, 1302514674, 790015084, 290630308, 39332535, 720401, 242)
# 48/17 and -32/17 with two integer bits: the first guess of Newton's division.
GUESS, GUESS_SLOPE = 1515870810, -1010580540


@dataclasses.dataclass(frozen=True, eq=False)
class TableSoftmax(Node):
    """XNNPACK's delegate and the built-in kernels: a float32 table, one sum, one reciprocal.

    Attributes:
        beta: factor of the logits.
    """

    beta: float

    def run(self, inputs):
        step = np.float32(self.inputs[0].grid.scale) * np.float32(self.beta)
        # The exponential of a float32, rounded once.
        table = np.exp((-step * np.arange(256, dtype=np.float32)).astype(np.float64))
        powers = table.astype(np.float32)[inputs.max(axis=-1, keepdims=True) - inputs]
        sums = np.zeros(powers.shape[:-1], np.float32)
        for channel in range(powers.shape[-1]):
            sums += powers[..., channel]
        scale = np.float32(self.output.grid.scale)
        reciprocals = np.float32(1) / (sums * scale)
        integers = np.trunc(powers * reciprocals[..., np.newaxis] + np.float32(0.5))
        return np.clip(integers, self.output.grid.low, self.output.grid.high).astype(np.int32)


@dataclasses.dataclass(frozen=True, eq=False)
class FixedPointSoftmax(Node):
    """The reference kernels: exponentials and the division in 32-bit fixed point.

    Source: TensorFlow Lite, `kernels/internal/reference/softmax.h`, and gemmlowp's `fixedpoint.h`.

    Attributes:
        beta: factor of the logits.
    """

    beta: float

    def run(self, inputs):
        fraction = 31 - LOGIT_BITS
        factor = min(float(self.beta) * self.inputs[0].grid.scale * 2.0**fraction, INT32_MAX)
        multiplier, shift = (int(number) for number in quantize_multiplier(factor))
        below = inputs.astype(np.int64) - inputs.max(axis=-1, keepdims=True)
        # Logits further below the largest would not fit, and count as nothing.
        counts = below >= -((2**LOGIT_BITS - 1) * 2.0**fraction // 2.0**shift)
        powers = _exponential(
            doubling_high_multiply(np.where(counts, below, 0) << shift, multiplier)
        )
        terms = np.where(counts, divide_away(powers, SUM_BITS), 0)
        reciprocals, exponents = _reciprocal(terms.sum(axis=-1, keepdims=True))
        products = doubling_high_multiply(reciprocals, powers)
        integers = np.where(counts, divide_away(products, exponents + 31 - 8), 0)
        return np.clip(integers, self.output.grid.low, self.output.grid.high).astype(np.int32)


def _exponential(numbers):
    """Exponentials of numbers up to 0 with `LOGIT_BITS` integer bits, as fractions of 2**31."""
    fraction = 31 - LOGIT_BITS
    quarter = 1 << (fraction - 2)
    within = (numbers & (quarter - 1)) - quarter
    result = _exponential_of_quarter(within << LOGIT_BITS)
    rest = within - numbers
    for power, constant in enumerate(EXP_POWERS, start=-2):
        bit = 1 << (fraction + power)
        result = np.where(rest & bit, doubling_high_multiply(result, constant), result)
    return np.where(numbers == 0, INT32_MAX, result)


def _exponential_of_quarter(fractions):
    """Exponentials of fractions of 2**31 from -1/4 to 0: a Taylor series around -1/8."""
    x = fractions + (1 << 28)
    square = doubling_high_multiply(x, x)
    cube, fourth = doubling_high_multiply(square, x), doubling_high_multiply(square, square)
    sixths = doubling_high_multiply(divide_away(fourth, 2) + cube, THIRD)
    series = x + divide_away(sixths + square, 1)
    return EXP_EIGHTH + doubling_high_multiply(EXP_EIGHTH, series)


def _reciprocal(sums):
    """(1 / sums as fractions of 2**31, exponents) of sums with `SUM_BITS` integer bits."""
    _, bits = np.frexp(sums.astype(np.float64))
    headroom = 32 - bits.astype(np.int64)
    half = (sums << headroom) // 2
    guess = GUESS + doubling_high_multiply(half, GUESS_SLOPE)
    for _ in range(3):
        error = (1 << 29) - doubling_high_multiply(half, guess)
        guess = guess + _saturated(doubling_high_multiply(guess, error) << 2)
    return _saturated(guess << 1), SUM_BITS - headroom


def _saturated(numbers):
    return np.clip(numbers, -(2**31), INT32_MAX)
