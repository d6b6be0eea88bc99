"""Hard swish by a table."""

import keras
import numpy as np
from keras import ops

from pikelpn_keras.activation_quantizer import quantize_activation
from pikelpn_keras.grids import attach, grid_of
from pikelpn_keras.integer.grid import Grid
from pikelpn_keras.integer.nodes.lookup import lookup_table
from pikelpn_keras.layers.freezable import RangeLayer, largest
from pikelpn_keras.layers.tabulated import add_lookup, table_indices
from pikelpn_keras.rounding import power_of_two, straight_through

# The exponents that a grid can have, each with its table.
LOWEST, HIGHEST = -20, 4
# Below this the function is 0.
KNEE = 3.0


@keras.saving.register_keras_serializable("pikelpn")
class QuantHardSwish(RangeLayer):
    """`keras.activations.hard_swish`, `x * clip(x + 3, 0, 6) / 6`, as a table.

    Inputs are rounded to a signed grid of `bits` bits on a running range, on which the output lies
    too; an accumulator gets there for free. Each of its integers has an entry in a table, made in
    one place for training and the device, so the layer is exact on every runtime: CAST, ADD and
    GATHER. The gradient is the function's own, at the rounded inputs.

    Args:
        bits: width of the table's arguments and entries, 2 to 8.
        momentum: weight of the past in the running range.

    Example:

    >>> import pikelpn_keras as pk
    >>> model = keras.Sequential([
    ...     keras.Input((3,)), pk.layers.QuantInput(exponent=-4, signed=True), QuantHardSwish()])
    >>> ops.convert_to_numpy(model(ops.array([[-3.0, 1.0, 4.0]])))
    array([[0.    , 0.6875, 4.    ]], dtype=float32)
    """

    @property
    def grid(self):
        """The `Grid` of the table's arguments and of the output."""
        return Grid(min(max(self.exponent, LOWEST), HIGHEST), self.bits, signed=True)

    def call(self, inputs, training=None):
        grid_of(inputs, self)
        if training:
            # All values below the knee have one entry, so the range need not reach them.
            negative = ops.minimum(largest(-inputs), KNEE)
            magnitude = ops.maximum(largest(inputs), negative)
            self.follow(magnitude, Grid(0, self.bits).high + 1)
        exponent = ops.clip(ops.convert_to_tensor(self._exponent), LOWEST, HIGHEST)
        grid = Grid(exponent, self.bits, signed=True)
        x = quantize_activation(inputs, grid)
        tables = [lookup_table(hard_swish, g, g) for g in self._possible_grids()]
        start = (ops.cast(exponent, "int32") - LOWEST) * 2**self.bits
        integers = ops.take(np.concatenate(tables), start + table_indices(x, grid))
        values = ops.cast(integers, "float32") * power_of_two(exponent)
        return attach(straight_through(values, ops.hard_silu(x)), grid)

    def compute_output_shape(self, input_shape):
        return input_shape

    def lower(self, graph, value):
        return add_lookup(graph, self, value, hard_swish, self.grid, self.grid)

    def _possible_grids(self):
        return [Grid(e, self.bits, signed=True) for e in range(LOWEST, HIGHEST + 1)]


def hard_swish(x):
    """Hard swish of a NumPy array, one rounding in all for values of few bits.

    Example:

    >>> hard_swish(np.array([-4.0, -1.5, 1.0, 4.0])).round(4)
    array([-0.    , -0.375 ,  0.6667,  4.    ])
    """
    return x * np.clip(x + KNEE, 0.0, 2 * KNEE) / (2 * KNEE)
