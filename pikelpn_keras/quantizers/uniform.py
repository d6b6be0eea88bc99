"""Uniform quantization."""

import keras
from keras import ops

from pikelpn_keras.quantizers.base import Quantizer, largest_magnitude
from pikelpn_keras.rounding import nearest_exponent, power_of_two, round_half_up


@keras.saving.register_keras_serializable("pikelpn")
class UniformQuantizer(Quantizer):
    r"""Evenly spaced weights, symmetric and narrow: `q` from `-(2**(bits-1) - 1)` to its opposite.

    $$ q = \mathrm{clip}(\lfloor w / 2^e + 1/2 \rfloor, -q_{max}, q_{max}) $$

    The exponent is the one nearest to `log2(max(abs(w)) / q_max)`: the largest weight of a channel
    is clipped by at most a factor of sqrt(2), and never more than that much of the range is idle.
    The gradient is straight-through, clipped weights included, so that they can come back.

    Args:
        bits: 2 to 8.
        per_channel: see `Quantizer`.
        scale_bits: see `Quantizer`.

    Example:

    >>> quantizer = UniformQuantizer(4)
    >>> integers, exponents = quantizer.quantize(ops.array([[0.7, -0.24], [0.05, 0.1]]))
    >>> ops.convert_to_numpy(integers)
    array([[ 6, -7],
           [ 0,  3]], dtype=int32)
    >>> ops.convert_to_numpy(exponents)
    array([[-3, -5]], dtype=int32)
    """

    reads_sizes = False

    def __init__(self, bits=4, per_channel=True, scale_bits=4):
        super().__init__(per_channel, scale_bits)
        if not isinstance(bits, int) or bits not in range(2, 9):
            raise ValueError(f"UniformQuantizer takes 2 to 8 bits, not {bits!r}")
        self.bits = bits
        self.max_integer = 2 ** (bits - 1) - 1

    def natural_exponents(self, weights, axes):
        return nearest_exponent(largest_magnitude(weights, axes) * (1.0 / self.max_integer))

    def to_int(self, weights, exponents):
        scaled = round_half_up(weights * power_of_two(-exponents))
        return ops.cast(ops.clip(scaled, -self.max_integer, self.max_integer), "int32")

    def get_config(self):
        return {"bits": self.bits, **super().get_config()}
