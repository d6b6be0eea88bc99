"""Leaky ReLU with a power-of-two slope."""

import keras
import numpy as np
from keras import ops

from pikelpn_keras.layers.base import refuse
from pikelpn_keras.layers.sloped_activation import (
    LARGEST_EXPONENT,
    SMALLEST_EXPONENT,
    SlopedActivation,
)
from pikelpn_keras.rounding import nearest_exponent


@keras.saving.register_keras_serializable("pikelpn")
class QuantLeakyReLU(SlopedActivation):
    """`keras.layers.LeakyReLU` on a signed grid, its slope the nearest power of two.

    The output is `max(q, floor(q * slope + 1/2))` with q the input on the output grid; it is exact
    on every runtime. It costs two operators more than QuantReLU, a shift and a MAXIMUM. The
    gradient is straight-through inside the range and zero outside.

    Args:
        negative_slope: slope of the negative side, above 0 and at most 1; rounded to the nearest
            of 2**-8 .. 1 on a logarithmic scale.
        bits: width of the output, 2 to 8.
        momentum: weight of the past in the running range.

    Example:

    >>> import pikelpn_keras as pk
    >>> model = keras.Sequential([
    ...     keras.Input((2,)), pk.layers.QuantInput(exponent=-4, signed=True), QuantLeakyReLU(0.3)])
    >>> ops.convert_to_numpy(model(ops.array([[-4.0, 3.0]])))
    array([[-1.,  3.]], dtype=float32)
    """

    def __init__(self, negative_slope=0.25, bits=8, momentum=0.99, **kwargs):
        super().__init__(bits=bits, momentum=momentum, **kwargs)
        refuse(
            self,
            not 0 < negative_slope <= 1,
            f"takes a negative_slope above 0 and at most 1, not {negative_slope!r}",
        )
        self.negative_slope = negative_slope
        exponent = int(ops.convert_to_numpy(nearest_exponent(np.float32(negative_slope))))
        self._slope_exponent = min(max(exponent, SMALLEST_EXPONENT), LARGEST_EXPONENT)

    def slopes(self):
        return 2.0**self._slope_exponent

    def slope_exponents(self, channels):
        return np.full(channels, self._slope_exponent, np.int64)

    def get_config(self):
        return {**super().get_config(), "negative_slope": self.negative_slope}
