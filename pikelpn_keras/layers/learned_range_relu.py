"""ReLU whose range is trained."""

import math

import keras
from keras import ops

from pikelpn_keras.grids import attach, grid_of
from pikelpn_keras.integer.grid import Grid
from pikelpn_keras.layers.base import grid_bits, refuse
from pikelpn_keras.layers.freezable import FreezableLayer, update
from pikelpn_keras.rounding import power_of_two, round_half_up, straight_through


@keras.saving.register_keras_serializable("pikelpn")
class QuantLearnedRangeReLU(FreezableLayer):
    """ReLU on an unsigned grid whose threshold is trained, as in TQT (arXiv 1903.08066).

    The threshold t is a weight on a logarithmic scale, and the grid's step is
    `s = 2**(ceil(log2 t) - bits)`. Rounding and ceil are straight-through. With `high` the largest
    integer, the gradients of an output are

        input:   1 where the rounded x / s lies in 0 .. high, else 0
        log2 t:  s * ln 2 * (round(x / s) - x / s) there, s * ln 2 * high above, 0 below

    so that values that saturate widen the range and rounding errors narrow it. Frozen, the grid
    holds still. On a device the layer is what QuantReLU is: a clamp within the operator before it.

    Args:
        bits: width of the output, 2 to 8.
        threshold: where t starts, a positive number.

    Example:

    >>> relu = QuantLearnedRangeReLU(bits=4, threshold=6.0)
    >>> relu.build((None, 3))
    >>> relu.grid
    Grid(exponent=-1, bits=4, signed=False)
    """

    def __init__(self, bits=8, threshold=6.0, **kwargs):
        super().__init__(**kwargs)
        refuse(
            self,
            not 0 < threshold < math.inf,
            f"takes a positive threshold, not {threshold!r}",
        )
        self.bits = grid_bits(self, bits)
        self.threshold = threshold

    def build(self, input_shape):
        super().build(input_shape)
        start = math.log2(self.threshold)
        self.log2_threshold = self.add_weight(
            name="log2_threshold", shape=(), initializer=keras.initializers.Constant(start)
        )
        self._held = self.add_weight(
            name="exponent",
            shape=(),
            initializer=keras.initializers.Constant(math.ceil(start) - self.bits),
            trainable=False,
        )

    @property
    def grid(self):
        """The output `Grid`."""
        return Grid(int(ops.convert_to_numpy(self._exponent())), self.bits, signed=False)

    def freeze(self):
        if not self.frozen:
            # Optimizers with weight decay or momentum move a weight that has no gradient.
            exponent = self._exponent() if self.built else None
            super().freeze()
            self._held.assign(exponent)

    def call(self, inputs, training=None):
        grid_of(inputs, self)
        exponent = self._exponent()
        if training and self.trainable:
            # So that setting the switch alone, as functional training does, holds this grid.
            update(self._held, exponent, self.frozen_tensor())
        grid = Grid(exponent, self.bits, signed=False)
        step = self._trained_step(grid)
        scaled = inputs / step
        integers = straight_through(round_half_up(scaled), scaled)
        inside = ops.logical_and(integers >= grid.low, integers <= grid.high)
        clipped = ops.stop_gradient(ops.clip(integers, grid.low, grid.high))
        return attach(ops.where(inside, integers, clipped) * step, grid)

    def compute_output_shape(self, input_shape):
        return input_shape

    def lower(self, graph, value):
        self.finite(self.log2_threshold)
        return graph.requantize(value, self.grid, self.name)

    def get_config(self):
        return {**super().get_config(), "bits": self.bits, "threshold": self.threshold}

    def _exponent(self):
        learned = ops.ceil(ops.convert_to_tensor(self.log2_threshold)) - self.bits
        held = ops.convert_to_tensor(self._held)
        return ops.stop_gradient(ops.where(ops.convert_to_tensor(self._frozen), held, learned))

    def _trained_step(self, grid):
        """The grid's step, with the gradient `step * ln 2` to log2 t unless frozen."""
        step = power_of_two(grid.exponent)
        rate = ops.where(ops.convert_to_tensor(self._frozen), 0.0, math.log(2.0))
        return straight_through(step, step * rate * ops.convert_to_tensor(self.log2_threshold))
