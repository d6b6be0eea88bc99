"""Ternary quantization."""

import keras
from keras import ops

from pikelpn_keras.quantizers.base import Quantizer, mean_magnitude
from pikelpn_keras.rounding import nearest_exponent, power_of_two


@keras.saving.register_keras_serializable("pikelpn")
class TernaryQuantizer(Quantizer):
    r"""Weights of three values, `q` in {-1, 0, +1}.

    The exponent is the one nearest to `log2(1.5 mean(abs(w)))`; weights below half of the scale
    become 0, so the threshold is near the `0.7 mean(abs(w))` of ternary weight networks.

    Args:
        per_channel: see `Quantizer`.
        scale_bits: see `Quantizer`.

    Example:

    >>> integers, exponents = TernaryQuantizer().quantize(ops.array([[0.9], [-0.5], [0.1]]))
    >>> ops.convert_to_numpy(integers).ravel()
    array([ 1, -1,  0], dtype=int32)
    """

    bits = 2
    max_integer = 1

    def natural_exponents(self, weights, axes):
        return nearest_exponent(1.5 * mean_magnitude(weights, axes))

    def to_int(self, weights, exponents):
        magnitude = ops.abs(weights) * power_of_two(-exponents)
        kept = ops.where(magnitude < 0.5, 0, 1)
        return ops.where(weights < 0, -kept, kept)
