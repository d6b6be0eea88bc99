"""How grids lie in the int8 tensors of a .tflite file.

The zero point puts the largest integer of a grid at 127, so that int8 saturation is its upper
clamp (contract, section 6). The lower clamp is int8 saturation as well on grids of 8 bits, a fused
RELU on unsigned grids, and a MAXIMUM operator of its own on signed grids of fewer bits.
"""

import numpy as np

INT8_LOW, INT8_HIGH = -128, 127


def zero_point(grid):
    """The int8 that stands for the integer 0 of `grid`.

    Args:
        grid: a `Grid` of at most 8 bits.

    Returns:
        int.

    Raises:
        ValueError: if the grid is wider than 8 bits.

    Example:

    >>> from pikelpn_keras.integer import Grid
    >>> [zero_point(Grid(0, bits, signed=False)) for bits in (8, 4)], zero_point(Grid(0))
    ([-128, 112], 0)
    """
    if grid.bits > 8:
        raise ValueError(
            f"a grid of {grid.bits} bits does not fit an int8 tensor; "
            "quantize it to 8 bits or fewer"
        )
    return INT8_HIGH - grid.high


def scale(grid):
    """The quantization scale of `grid`, `2**exponent`, as float32.

    Raises:
        ValueError: if the exponent lies outside the normal float32 range, or there is none.

    Example:

    >>> from pikelpn_keras.integer import Grid
    >>> float(scale(Grid(-3)))
    0.125
    """
    if grid.exponent is None:
        raise ValueError(
            "a grid whose scale is no power of two is not converted; files by others, which have "
            "such grids, are read to be run and listed"
        )
    if not -126 <= grid.exponent <= 127:
        raise ValueError(
            f"exponent {grid.exponent} of a grid is no float32 exponent; rescale the model's values"
        )
    return np.ldexp(np.float32(1), int(grid.exponent))


def needs_lower_clamp(grid):
    """Whether neither int8 saturation nor a RELU ends `grid` at its lowest integer.

    Example:

    >>> from pikelpn_keras.integer import Grid
    >>> needs_lower_clamp(Grid(0, bits=4)), needs_lower_clamp(Grid(0, bits=8))
    (True, False)
    """
    return grid.signed and zero_point(grid) + grid.low > INT8_LOW
