"""Grids whose scale is any number, as in plain int8 files."""

import dataclasses

import numpy as np

from pikelpn_keras.integer.grid import Grid
from pikelpn_keras.integer.rounding import round_half_up


@dataclasses.dataclass(frozen=True)
class AffineGrid(Grid):
    """The values `q * scale`, with `q + zero_point` an integer of `bits` bits.

    It has no exponent: nodes that count in powers of two do not take it.

    Attributes:
        scale: positive float, a float32 in value.
        zero_point: the stored integer that stands for 0.

    Example:

    >>> grid = AffineGrid(scale=0.1, zero_point=-100)
    >>> grid.low, grid.high
    (-28, 227)
    >>> grid.integers(np.float32([0.26])), grid.values(np.array([3]))
    (array([3], dtype=int32), array([0.3], dtype=float32))
    """

    exponent: None = dataclasses.field(default=None, init=False)
    scale: float = dataclasses.field(kw_only=True)
    zero_point: int = dataclasses.field(kw_only=True)

    @property
    def low(self):
        return Grid(0, self.bits, self.signed).low - self.zero_point

    @property
    def high(self):
        return Grid(0, self.bits, self.signed).high - self.zero_point

    def integers(self, inputs):
        inputs = np.asarray(inputs)
        if inputs.dtype.kind != "f":
            return super().integers(inputs)
        if not np.isfinite(inputs).all():
            raise ValueError("the inputs contain NaN or infinity; remove or replace those values")
        scaled = round_half_up(inputs / np.float32(self.scale))
        return np.clip(scaled, self.low, self.high).astype(np.int32)

    def values(self, integers):
        return np.asarray(integers, np.float32) * np.float32(self.scale)
