"""Grids: where the values of a tensor lie."""

import dataclasses
from typing import Any

import numpy as np

from pikelpn_keras.integer.rounding import round_half_up

# Floats are clipped to the grid; beyond so many times its range they are on another scale.
BEYOND = 16


@dataclasses.dataclass(frozen=True)
class Grid:
    """The values `q * 2**exponent`, with `q` an integer of `bits` bits.

    Attributes:
        exponent: integer; while a model trains, an integer-valued scalar tensor.
        bits: width of `q` in bits.
        signed: whether `q` runs from `-2**(bits-1)` to `2**(bits-1) - 1` (True) or from 0 to
            `2**bits - 1` (False).

    Example:

    >>> pixels = Grid(exponent=-8, bits=8, signed=False)
    >>> pixels.low, pixels.high
    (0, 255)
    >>> pixels.integers(np.array([0.5, 0.25], "float32"))
    array([128,  64], dtype=int32)
    """

    exponent: Any
    bits: int = 8
    signed: bool = True

    @property
    def low(self):
        """Smallest integer of the grid."""
        return -(2 ** (self.bits - 1)) if self.signed else 0

    @property
    def high(self):
        """Largest integer of the grid."""
        return 2 ** (self.bits - 1) - 1 if self.signed else 2**self.bits - 1

    @property
    def magnitude(self):
        """Largest absolute value among the integers of the grid."""
        return max(-self.low, self.high)

    def integers(self, inputs):
        """The grid integers that stand for `inputs`.

        Args:
            inputs: array. Integers are taken as grid integers; floats are values and are rounded
                half up to the grid and clipped to its range.

        Returns:
            int32 array of the same shape.

        Raises:
            ValueError: if an integer lies outside the grid, a float is not a number, or floats lie
                so far beyond the grid that they must be on another scale, such as pixels from 0 to
                255.
        """
        inputs = np.asarray(inputs)
        if inputs.dtype.kind in "iub":
            if inputs.size and (inputs.min() < self.low or inputs.max() > self.high):
                raise ValueError(
                    f"integers from {inputs.min()} to {inputs.max()} do not fit the input grid "
                    f"{self.low} .. {self.high}; pass grid integers, or floats to be rounded"
                )
            return inputs.astype(np.int32)
        if np.isnan(inputs).any():
            raise ValueError("the inputs contain NaN; remove or replace those values")
        scaled = np.ldexp(inputs.astype(np.float32), -self.exponent)
        largest = np.abs(scaled).max(initial=0)
        if largest > BEYOND * (self.magnitude + 1):
            raise ValueError(
                f"floats up to {np.abs(inputs).max():.3g} lie far beyond the input grid, which "
                "ends at "
                f"{self.high * 2.0**self.exponent:.3g}; pass integers (uint8 pixels), or floats "
                "scaled to the grid"
            )
        return np.clip(round_half_up(scaled), self.low, self.high).astype(np.int32)

    def values(self, integers):
        """The real values, float32, of grid integers.

        Example:

        >>> Grid(-1).values(np.array([-3, 4]))
        array([-1.5,  2. ], dtype=float32)
        """
        return np.ldexp(np.asarray(integers, np.float32), self.exponent)


@dataclasses.dataclass(frozen=True)
class BoundedGrid(Grid):
    """A grid whose largest integer is not the largest of its bits, as a clamp at a value wants it.

    In an int8 tensor the zero point puts the bound at 127, so that saturation is the clamp and no
    operator is needed for it.

    Attributes:
        bound: the largest integer.

    Example:

    >>> six = BoundedGrid(-5, 8, signed=False, bound=192)
    >>> six.high, float(six.values(six.high))
    (192, 6.0)
    """

    bound: int = dataclasses.field(kw_only=True)

    @property
    def high(self):
        return self.bound
