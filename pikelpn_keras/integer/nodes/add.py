"""Residual addition."""

import dataclasses

import numpy as np

from pikelpn_keras.integer.nodes.one_grid import OneGridNode


@dataclasses.dataclass(frozen=True, eq=False)
class Add(OneGridNode):
    """`clamp(a + b, low, high)`: both inputs and the output count in the same unit."""

    def run(self, first, second):
        grid = self.output.grid
        return np.clip(first + second, grid.low, grid.high).astype(np.int32)
