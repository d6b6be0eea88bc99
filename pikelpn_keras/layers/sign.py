"""Sign: activations of one bit."""

import dataclasses

import keras
import numpy as np
from keras import ops

from pikelpn_keras.graph_builder import Accumulator
from pikelpn_keras.grids import attach, grid_of
from pikelpn_keras.integer.grid import BoundedGrid
from pikelpn_keras.layers.base import QuantLayer, refuse
from pikelpn_keras.rounding import straight_through

# -1 and +1; zero lies between them, so that zero padding adds nothing.
SIGNS = BoundedGrid(0, 1, signed=True, bound=1)
LARGEST_WEIGHT = 63


@keras.saving.register_keras_serializable("pikelpn")
class QuantSign(QuantLayer):
    """The sign of its input, -1 or +1; zero counts as positive (larq's `ste_sign`).

    On a device the layer before it gets twice its weights and an odd bias, so that an accumulator
    z + b becomes `clamp(2 (z + b) + 1, -1, 1)`, which is never zero. Nothing is rounded, so the
    layer is exact on every runtime; the lower clamp is a MAXIMUM. Weights must not exceed 63.

    The gradient is that of `ste_sign`: straight-through where `abs(x) <= 1` and zero beyond.

    Example:

    >>> import pikelpn_keras as pk
    >>> model = keras.Sequential([
    ...     keras.Input((3,)), pk.layers.QuantInput(exponent=-4, signed=True), QuantSign()])
    >>> ops.convert_to_numpy(model(ops.array([[-0.5, 0.0, 4.0]])))
    array([[-1.,  1.,  1.]], dtype=float32)
    """

    @property
    def grid(self):
        """The output `Grid`."""
        return SIGNS

    def call(self, inputs):
        grid_of(inputs, self)
        signs = ops.where(inputs >= 0, 1.0, -1.0)
        return attach(straight_through(signs, ops.clip(inputs, -1.0, 1.0)), SIGNS)

    def compute_output_shape(self, input_shape):
        return input_shape

    def lower(self, graph, value):
        if not isinstance(value, Accumulator):
            value = graph.identity(value, self.name)
        largest = int(np.abs(value.kernel).max(initial=0))
        refuse(
            self,
            largest > LARGEST_WEIGHT,
            f"doubles the weights before it, which go up to {largest}; keep them within "
            f"{LARGEST_WEIGHT}, by fewer bits or levels",
        )
        refuse(
            self,
            (value.multiplier != 1).any(),
            "follows a norm with mantissas, which a sign does not need; use mantissa_bits=1",
        )
        odd = dataclasses.replace(
            value,
            kernel=2 * value.kernel,
            bias=2 * value.bias + 1,
            exponents=np.zeros_like(value.exponents),
        )
        return graph.requantize(odd, SIGNS, self.name)
