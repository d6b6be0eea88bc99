"""Multiplication by a gate."""

import dataclasses

import numpy as np

from pikelpn_keras.integer.nodes.base import Node
from pikelpn_keras.integer.rounding import shift_half_up


@dataclasses.dataclass(frozen=True, eq=False)
class Multiply(Node):
    """`clamp(floor(x * gate / 2**shift + 1/2), low, high)`, with the gate broadcast against x.

    Raises:
        ValueError: if the shift is negative.
    """

    def __post_init__(self):
        if self.shift < 0:
            raise ValueError(f"multiply '{self.name}' has an output grid finer than its products")

    @property
    def shift(self):
        """Output exponent less the exponents of both inputs."""
        x, gate = self.inputs
        return self.output.grid.exponent - x.grid.exponent - gate.grid.exponent

    def run(self, inputs, gate):
        grid = self.output.grid
        products = shift_half_up(inputs.astype(np.int64) * gate, self.shift)
        return np.clip(products, grid.low, grid.high).astype(np.int32)
