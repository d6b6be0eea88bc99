"""Multiplication by a gate."""

import dataclasses

import numpy as np

from pikelpn_keras.integer.nodes.base import Node
from pikelpn_keras.integer.rounding import shift_half_up


@dataclasses.dataclass(frozen=True, eq=False)
class Multiply(Node):
    """`clamp(floor(x * gate / 2**shift + 1/2), low, high)`, with the gate broadcast against x.

    Nothing is negative: on negative products halves would round in another way on each device.

    Raises:
        ValueError: if a grid is signed or the shift is negative.
    """

    def __post_init__(self):
        if any(tensor.grid.signed for tensor in (*self.inputs, self.output)):
            raise ValueError(f"multiply '{self.name}' has a signed grid; all must be unsigned")
        if self.shift < 0:
            raise ValueError(f"multiply '{self.name}' has an output grid finer than its products")

    @property
    def shift(self):
        """Output exponent less the exponents of both inputs."""
        x, gate = self.inputs
        return self.output.grid.exponent - x.grid.exponent - gate.grid.exponent

    def run(self, inputs, gate):
        products = shift_half_up(inputs.astype(np.int64) * gate, self.shift)
        return np.clip(products, 0, self.output.grid.high).astype(np.int32)
