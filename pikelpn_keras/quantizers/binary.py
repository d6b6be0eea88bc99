"""Binary quantization."""

import keras
from keras import ops

from pikelpn_keras.quantizers.base import Quantizer, mean_magnitude
from pikelpn_keras.rounding import nearest_exponent


@keras.saving.register_keras_serializable("pikelpn")
class BinaryQuantizer(Quantizer):
    r"""Weights of two values, `q` in {-1, +1}; zero counts as positive.

    The exponent is the one nearest to `log2(mean(abs(w)))`, the power-of-two form of XNOR-Net's
    scale. The gradient is straight-through where `abs(w) <= 1` and zero beyond, which keeps weights
    from drifting where their sign can no longer change (as larq's `ste_sign`).

    Args:
        per_channel: see `Quantizer`.
        scale_bits: see `Quantizer`.

    Example:

    >>> integers, exponents = BinaryQuantizer().quantize(ops.array([[0.3], [-0.2], [0.0]]))
    >>> ops.convert_to_numpy(integers).ravel()
    array([ 1, -1,  1], dtype=int32)
    >>> ops.convert_to_numpy(exponents).ravel()
    array([-3], dtype=int32)
    """

    bits = 1
    max_integer = 1

    def natural_exponents(self, weights, axes):
        return nearest_exponent(mean_magnitude(weights, axes))

    def to_int(self, weights, exponents):
        return ops.where(weights < 0, -1, 1)

    def gradient_path(self, weights):
        return ops.clip(weights, -1.0, 1.0)
