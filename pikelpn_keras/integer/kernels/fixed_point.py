"""Multiplication by a real number in 32-bit integers, as TFLite's fixed-point kernels do it.

Source: TensorFlow Lite, `kernels/internal/quantization_util.cc` and gemmlowp's `fixedpoint.h`.
"""

import numpy as np

FRACTION_BITS = 31


def quantize_multiplier(factors):
    """Real factors as `multiplier * 2**(shift - 31)`.

    Args:
        factors: array of non-negative float64.

    Returns:
        int64 arrays of multipliers in [2**30, 2**31) and of shifts, negative to the right.

    Example:

    >>> quantize_multiplier(np.array([0.75, 4.0]))
    (array([1610612736, 1073741824]), array([0, 3]))
    """
    mantissas, shifts = np.frexp(np.asarray(factors, np.float64))
    multipliers = np.floor(np.ldexp(mantissas, FRACTION_BITS) + 0.5).astype(np.int64)
    shifts = shifts.astype(np.int64)
    carried = multipliers == 2**FRACTION_BITS
    multipliers, shifts = np.where(carried, 2**30, multipliers), shifts + carried
    vanishes = shifts < -FRACTION_BITS
    return np.where(vanishes, 0, multipliers), np.where(vanishes, 0, shifts)


def doubling_high_multiply(numbers, multipliers):
    """`numbers * multipliers / 2**31`, rounded to nearest, ties away from 0 but negative ones up.

    Example:

    >>> doubling_high_multiply(np.array([3, -3]), 2**30)
    array([ 2, -1])
    """
    products = np.asarray(numbers, np.int64) * multipliers
    nudged = products + np.where(products >= 0, 2**30, 1 - 2**30)
    # The division of C: towards 0.
    quotients = np.abs(nudged) >> FRACTION_BITS
    return np.where(nudged < 0, -quotients, quotients)


def divide_away(numbers, exponents):
    """`numbers / 2**exponents`, rounded to nearest, ties away from 0.

    Example:

    >>> divide_away(np.array([3, -3, 5]), 1)
    array([ 2, -2,  3])
    """
    numbers, exponents = np.asarray(numbers, np.int64), np.asarray(exponents, np.int64)
    mask = (1 << exponents) - 1
    return (numbers >> exponents) + ((numbers & mask) > (mask >> 1) + (numbers < 0))


def multiply(numbers, multipliers, shifts):
    """`numbers * multipliers * 2**(shifts - 31)` with gemmlowp's two roundings.

    Args:
        numbers: array of integers that int32 holds.
        multipliers: as `quantize_multiplier` gives them.
        shifts: as it gives them.

    Returns:
        int64 array.

    Example:

    >>> multiply(np.array([5, -5]), *quantize_multiplier(np.array(0.5)))
    array([ 3, -2])
    """
    raised = wrap(np.asarray(numbers, np.int64) << np.maximum(shifts, 0))
    return divide_away(doubling_high_multiply(raised, multipliers), np.maximum(-shifts, 0))


def wrap(numbers):
    """int64 numbers as int32 arithmetic leaves them: modulo 2**32.

    Example:

    >>> wrap(np.array([2**31, 5]))
    array([-2147483648,           5])
    """
    return np.asarray(numbers, np.int64).astype(np.int32).astype(np.int64)
