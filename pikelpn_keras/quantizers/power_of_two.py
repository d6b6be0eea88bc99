"""Power-of-two quantization."""

import keras
from keras import ops

from pikelpn_keras.quantizers.base import Quantizer, largest_magnitude
from pikelpn_keras.rounding import (
    magnitude,
    nearest_exponent,
    nearest_power_of_two,
    power_of_two,
)


@keras.saving.register_keras_serializable("pikelpn")
class PowerOfTwoQuantizer(Quantizer):
    r"""Weights that are powers of two, so that a product is a shift: `q` is 0 or `+-2**k`.

    With `levels` L, k runs from 0 to L-1. A weight takes the nearest power of two on a logarithmic
    scale; below half of the smallest level it becomes 0. The exponent puts the largest level
    nearest to the largest weight of the channel. Not to be confused with power-of-two *scales*,
    which all quantizers here have.

    Args:
        levels: 3 to 7. Four bits hold 7 levels and zero; 7 levels need more room in an int8 file
            than an exact encoding leaves, 6 do not (contract, section 5).
        per_channel: see `Quantizer`.
        scale_bits: see `Quantizer`.

    Example:

    >>> quantizer = PowerOfTwoQuantizer(levels=4)
    >>> integers, exponents = quantizer.quantize(ops.array([[1.0], [-0.3], [0.13], [0.05]]))
    >>> ops.convert_to_numpy(integers).ravel()
    array([ 8, -2,  1,  0], dtype=int32)
    >>> ops.convert_to_numpy(exponents).ravel()
    array([-3], dtype=int32)
    """

    reads_sizes = False

    def __init__(self, levels=6, per_channel=True, scale_bits=4):
        super().__init__(per_channel, scale_bits)
        if not isinstance(levels, int) or levels not in range(3, 8):
            raise ValueError(f"PowerOfTwoQuantizer takes 3 to 7 levels, not {levels!r}")
        self.levels = levels
        self.bits = (2 * levels).bit_length()
        self.max_integer = 2 ** (levels - 1)

    def natural_exponents(self, weights, axes):
        return nearest_exponent(largest_magnitude(weights, axes)) - (self.levels - 1)

    def to_int(self, weights, exponents):
        scaled = magnitude(weights) * power_of_two(-exponents)
        level = ops.clip(nearest_power_of_two(scaled), 1.0, self.max_integer)
        signed = ops.where(weights < 0, -level, level)
        return ops.cast(ops.where(scaled < 0.5, 0.0, signed), "int32")

    def get_config(self):
        return {"levels": self.levels, **super().get_config()}
