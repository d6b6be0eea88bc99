"""Products by scales, in integers."""

import numpy as np

from pikelpn_keras.cost.number_formats import NumberFormat
from pikelpn_keras.cost.operations import Operations, occurring

# TFLite's kernels multiply by a 32-bit fixed-point number and shift by up to 31.
MULTIPLIER = NumberFormat(32)
SHIFT = NumberFormat(5)


def is_power_of_two(ratios):
    """Which numbers are powers of two, or lie one float32 beside one as tie-free encodings do.

    Args:
        ratios: array of floats.

    Returns:
        array of bools.

    Example:

    >>> is_power_of_two(np.array([0.25, np.nextafter(np.float32(2), np.float32(0)), 0.3]))
    array([ True,  True, False])
    """
    mantissas, _ = np.frexp(np.asarray(ratios, np.float64))
    distance = np.minimum(np.abs(mantissas - 0.5), np.abs(mantissas - 1))
    return distance <= 2.0**-23


def rescaled(value, ratios, count):
    """Products and shifts of `count` values, spread evenly over `ratios`.

    A power of two is a shift, any other ratio a product and a shift, and 1 is nothing.

    Args:
        value: `NumberFormat` of the values.
        ratios: array of floats, one or one for each channel.
        count: how many values.

    Example:

    >>> [str(entry) for entry in rescaled(NumberFormat(20), np.array([0.25, 0.3]), 10)]
    ['5 multiply int20 x int32 (scale)', '10 shift int52 x int5 (scale)']
    """
    ratios = np.asarray(ratios)
    each = count // len(ratios)
    products = each * int((~is_power_of_two(ratios)).sum())
    shifts = each * int((ratios != 1).sum())
    product = NumberFormat(value.bits + MULTIPLIER.bits) if products else value
    return occurring(
        (
            Operations("multiply", (value, MULTIPLIER), products, "scale"),
            Operations("shift", (product, SHIFT), shifts, "scale"),
        )
    )
