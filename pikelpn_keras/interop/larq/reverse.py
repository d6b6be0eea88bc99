"""larq's quantizers as ours."""

import keras
import larq as lq
import tensorflow as tf
from keras import ops

from pikelpn_keras.quantizers import Quantizer
from pikelpn_keras.quantizers.base import largest_magnitude
from pikelpn_keras.rounding import nearest_exponent, round_half_up


@keras.saving.register_keras_serializable("pikelpn")
class LarqQuantizer(Quantizer):
    """A kernel quantizer of larq for the layers of `pikelpn_keras.layers`.

    Integers are those of larq, and so is the gradient. Scales become powers of two: the exponent
    nearest to the scale of magnitude-aware quantizers, 0 for signs and `ste_tern`, and `-k_bit` for
    DoReFa, whose values are odd integers over `2**k_bit - 1` and become such over `2**k_bit`.

    A `.keras` file with this quantizer loads where larq is installed and Keras runs on TensorFlow.

    Args:
        quantizer: a larq quantizer, its name or its config.
        scale_bits: see `Quantizer`.

    Raises:
        ValueError: if larq has no such quantizer for kernels, or its integers do not fit 7 bits and
            a sign.

    Example:

    >>> LarqQuantizer("approx_sign").quantize(ops.array([[0.3], [-0.2]]))[0].numpy().ravel()
    array([ 1, -1], dtype=int32)
    """

    def __init__(self, quantizer, per_channel=True, scale_bits=4):
        super().__init__(per_channel, scale_bits)
        self.quantizer = lq.quantizers.get(quantizer)
        if isinstance(self.quantizer, lq.quantizers.NoOp) or not isinstance(
            self.quantizer, lq.quantizers.Quantizer
        ):
            raise ValueError(f"{quantizer!r} is no quantizer of larq; pass one of lq.quantizers")
        self.bits = self.quantizer.precision
        self._steps = 1
        if isinstance(self.quantizer, lq.quantizers.DoReFa):
            self._steps = 2**self.bits - 1
            if self.quantizer.mode != "weights" or self.bits > 7:
                raise ValueError(
                    f"DoReFa quantizes kernels with mode='weights' and up to 7 bits, not with "
                    f"mode={self.quantizer.mode!r} and {self.bits}"
                )
        self.max_integer = self._steps

    def natural_exponents(self, weights, axes):
        if self._steps > 1:
            return ops.zeros_like(largest_magnitude(weights, axes), "int32") - self.bits
        return nearest_exponent(largest_magnitude(self.gradient_path(weights), axes))

    def to_int(self, weights, exponents):
        values = self.gradient_path(weights)
        if self._steps > 1:
            return ops.cast(round_half_up(values * self._steps), "int32")
        return ops.cast(ops.sign(values), "int32")

    def gradient_path(self, weights):
        # Read here: larq's gradients do not expect variables.
        return self.quantizer(tf.convert_to_tensor(weights))

    def get_config(self):
        return {"quantizer": lq.quantizers.serialize(self.quantizer), **super().get_config()}

    def __hash__(self):
        return hash((type(self), type(self.quantizer), self.held_exponents))
