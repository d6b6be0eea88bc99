"""A function of one number, as a table."""

import dataclasses

import numpy as np

from pikelpn_keras.integer.arrays import frozen_array
from pikelpn_keras.integer.nodes.base import Node
from pikelpn_keras.integer.rounding import round_half_up


@dataclasses.dataclass(frozen=True, eq=False)
class Lookup(Node):
    """`table[x - low]`, with `low` the smallest integer of the input grid.

    Attributes:
        table: int32 array with an integer of the output grid for each integer of the input grid.

    Raises:
        ValueError: if the table's length is not that of the input grid, or an entry lies outside
            the output grid.
    """

    table: np.ndarray

    def __post_init__(self):
        object.__setattr__(self, "table", frozen_array(self.table, np.int32))
        source, grid = self.inputs[0].grid, self.output.grid
        length = source.high - source.low + 1
        if self.table.shape != (length,):
            raise ValueError(
                f"table of node '{self.name}' has shape {self.table.shape}, not one entry for each "
                f"of {length} input integers"
            )
        if self.table.min() < grid.low or self.table.max() > grid.high:
            raise ValueError(
                f"table of node '{self.name}' has entries from {self.table.min()} to "
                f"{self.table.max()}, outside the output grid {grid.low} .. {grid.high}"
            )

    def run(self, inputs):
        return self.table[inputs - self.inputs[0].grid.low]


def lookup_table(function, source, grid):
    """The table of a function between two grids.

    Args:
        function: function of a float64 array of values.
        source: `Grid` of the input.
        grid: `Grid` of the output.

    Returns:
        int32 array: for each integer of `source` the function's value, rounded half up to `grid`
        and clamped to its range.

    Example:

    >>> from pikelpn_keras.integer import Grid
    >>> lookup_table(np.square, Grid(-1, 3), Grid(0, 2, signed=False))
    array([3, 2, 1, 0, 0, 0, 1, 2], dtype=int32)
    """
    values = np.ldexp(np.arange(source.low, source.high + 1, dtype=np.float64), source.exponent)
    integers = round_half_up(np.ldexp(function(values), -grid.exponent))
    return np.clip(integers, grid.low, grid.high).astype(np.int32)
