"""Residual addition."""

import dataclasses

import numpy as np

from pikelpn_keras.integer.nodes.base import Node


@dataclasses.dataclass(frozen=True, eq=False)
class Add(Node):
    """`clamp(a + b, low, high)`: both inputs and the output count in the same unit."""

    def __post_init__(self):
        exponents = [tensor.grid.exponent for tensor in (*self.inputs, self.output)]
        if len(set(exponents)) > 1:
            raise ValueError(
                f"add '{self.name}' meets grids of exponents {exponents[:-1]} and gives "
                f"{exponents[-1]}; all must be equal"
            )

    def run(self, first, second):
        grid = self.output.grid
        return np.clip(first + second, grid.low, grid.high).astype(np.int32)
