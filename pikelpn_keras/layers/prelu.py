"""Parametric ReLU with power-of-two slopes."""

import keras
import numpy as np
from keras import ops

from pikelpn_keras.layers.sloped_activation import (
    LARGEST_EXPONENT,
    SMALLEST_EXPONENT,
    SlopedActivation,
)
from pikelpn_keras.rounding import nearest_exponent, power_of_two, straight_through


@keras.saving.register_keras_serializable("pikelpn")
class QuantPReLU(SlopedActivation):
    """`keras.layers.PReLU` on a signed grid: a trained power-of-two slope for each channel.

    The output is `max(q, floor(q * slope + 1/2))` with q the input on the output grid; it is exact
    on every runtime. It costs two operators more than QuantReLU, a shift and a MAXIMUM. A slope is
    the power of two in 2**-8 .. 1 that is nearest to its alpha on a logarithmic scale; alphas at or
    below 0 take 2**-8, which is a slope of 0 on a grid of 8 bits. Gradients are straight-through.

    Alpha has the shape of that of `keras.layers.PReLU(shared_axes=...)` with all axes but the last
    shared, so its weights can be carried over.

    Args:
        alpha_initializer, alpha_regularizer, alpha_constraint: as in `keras.layers.PReLU`.
        bits: width of the output, 2 to 8.
        momentum: weight of the past in the running range.

    Example:

    >>> import pikelpn_keras as pk
    >>> model = keras.Sequential([
    ...     keras.Input((2,)), pk.layers.QuantInput(exponent=-4, signed=True),
    ...     QuantPReLU(keras.initializers.Constant(0.3))])
    >>> ops.convert_to_numpy(model(ops.array([[-4.0, 3.0]])))
    array([[-1.,  3.]], dtype=float32)
    """

    def __init__(
        self,
        alpha_initializer="zeros",
        alpha_regularizer=None,
        alpha_constraint=None,
        bits=8,
        momentum=0.99,
        **kwargs,
    ):
        super().__init__(bits=bits, momentum=momentum, **kwargs)
        self.alpha_initializer = keras.initializers.get(alpha_initializer)
        self.alpha_regularizer = keras.regularizers.get(alpha_regularizer)
        self.alpha_constraint = keras.constraints.get(alpha_constraint)

    def build(self, input_shape):
        super().build(input_shape)
        self.alpha = self.add_weight(
            name="alpha",
            shape=(*[1] * (len(input_shape) - 2), input_shape[-1]),
            initializer=self.alpha_initializer,
            regularizer=self.alpha_regularizer,
            constraint=self.alpha_constraint,
        )

    def slopes(self):
        alpha = ops.convert_to_tensor(self.alpha)
        return straight_through(power_of_two(self._exponents(alpha)), alpha)

    def slope_exponents(self, channels):
        exponents = ops.convert_to_numpy(self._exponents(self.finite(self.alpha)))
        return exponents.astype(np.int64).ravel()

    def get_config(self):
        return {
            **super().get_config(),
            "alpha_initializer": keras.initializers.serialize(self.alpha_initializer),
            "alpha_regularizer": keras.regularizers.serialize(self.alpha_regularizer),
            "alpha_constraint": keras.constraints.serialize(self.alpha_constraint),
        }

    def _exponents(self, alpha):
        nearest = nearest_exponent(ops.maximum(alpha, 0.0))
        return ops.clip(nearest, SMALLEST_EXPONENT, LARGEST_EXPONENT)
