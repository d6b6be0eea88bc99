"""The rounding rule of the integer contract, on NumPy integers.

One rule everywhere: half up, `floor(x + 1/2)`. `pikelpn_keras.rounding` is the same rule on the
tensors of a Keras backend; a test holds the two together.
"""

import numpy as np


def round_half_up(values):
    """Rounds real numbers to the nearest integer, halves upwards.

    Args:
        values: array of floats.

    Returns:
        An array of the same shape and dtype, integers in value.

    Example:

    >>> round_half_up(np.array([-1.5, -0.5, 0.5, 1.49]))
    array([-1.,  0.,  1.,  1.])
    """
    return np.floor(np.asarray(values) + 0.5)


def shift_half_up(accumulators, shift):
    """Divides integers by `2**shift`, rounding half up.

    Args:
        accumulators: array of integers.
        shift: integers that broadcast against `accumulators`. Where it is negative the result is
            `accumulators * 2**-shift`.

    Returns:
        int64 array.

    Example:

    >>> shift_half_up(np.array([5, 6, -6, 3]), np.array([2, 2, 2, -1]))
    array([ 1,  2, -1,  6])
    """
    accumulators = np.asarray(accumulators, np.int64)
    shift = np.asarray(shift, np.int64)
    right = np.maximum(shift, 0)
    half = np.where(right > 0, np.left_shift(1, np.maximum(right - 1, 0)), 0)
    scaled = np.left_shift(accumulators, np.maximum(-shift, 0))
    return np.right_shift(scaled + half, right)
