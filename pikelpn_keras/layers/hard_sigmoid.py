"""Hard sigmoid by a table."""

import keras
import numpy as np
from keras import ops

from pikelpn_keras.activation_quantizer import quantize_activation
from pikelpn_keras.grids import attach, grid_of
from pikelpn_keras.integer.grid import Grid
from pikelpn_keras.integer.nodes.lookup import lookup_table
from pikelpn_keras.layers.base import QuantLayer, grid_bits
from pikelpn_keras.layers.tabulated import add_lookup, table_indices
from pikelpn_keras.rounding import straight_through


@keras.saving.register_keras_serializable("pikelpn")
class QuantHardSigmoid(QuantLayer):
    """`keras.activations.hard_sigmoid`, `clip(x + 3, 0, 6) / 6`, as a table.

    Inputs are rounded to a signed grid of `bits` bits over -4 .. 4, beyond which the function is
    constant; an accumulator gets there for free. Each of its integers has an entry in a table on
    the unsigned grid `q / 2**bits`, made in one place for training and the device, so the layer is
    exact on every runtime: CAST, ADD and GATHER. The gradient is the function's own, at the rounded
    inputs.

    Args:
        bits: width of the table's arguments and entries, 2 to 8. Gates for `QuantMultiply` have at
            most 7.

    Example:

    >>> import pikelpn_keras as pk
    >>> gate = keras.Sequential([
    ...     keras.Input((3,)), pk.layers.QuantInput(exponent=-4, signed=True),
    ...     QuantHardSigmoid(bits=7)])
    >>> ops.convert_to_numpy(gate(ops.array([[-3.0, 0.0, 1.5]])))
    array([[0.  , 0.5 , 0.75]], dtype=float32)
    """

    def __init__(self, bits=8, **kwargs):
        super().__init__(**kwargs)
        self.bits = grid_bits(self, bits)

    @property
    def argument_grid(self):
        """The `Grid` to which inputs are rounded."""
        return Grid(3 - self.bits, self.bits, signed=True)

    @property
    def grid(self):
        """The output `Grid`."""
        return Grid(-self.bits, self.bits, signed=False)

    def call(self, inputs):
        grid_of(inputs, self)
        x = quantize_activation(inputs, self.argument_grid)
        table = self.grid.values(lookup_table(hard_sigmoid, self.argument_grid, self.grid))
        values = ops.take(table, table_indices(x, self.argument_grid))
        return attach(straight_through(values, ops.hard_sigmoid(x)), self.grid)

    def compute_output_shape(self, input_shape):
        return input_shape

    def lower(self, graph, value):
        return add_lookup(graph, self, value, hard_sigmoid, self.argument_grid, self.grid)

    def get_config(self):
        return {**super().get_config(), "bits": self.bits}


def hard_sigmoid(x):
    """Hard sigmoid of a NumPy array, one rounding in all.

    Example:

    >>> hard_sigmoid(np.array([-5.0, 0.0, 1.5]))
    array([0.  , 0.5 , 0.75])
    """
    return np.clip(x + 3.0, 0.0, 6.0) / 6.0
