"""From a float Keras model to a quantized one."""

from pikelpn_keras.quantize.model import quantize_model
from pikelpn_keras.quantize.scales import choose_exponents

__all__ = ["choose_exponents", "quantize_model"]
