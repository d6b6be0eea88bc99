"""The products of a kernel of integers, by what its weights are."""

import numpy as np

from pikelpn_keras.cost.number_formats import unsigned
from pikelpn_keras.cost.operations import MAC, Operations, occurring


def kernel_operations(kernel, uses, x, weight, accumulator):
    """What it takes to multiply a kernel by inputs and to sum up.

    Weights of 0 take nothing, nor does a factor of 2**k that all weights share: it is the unit of
    the sums. Where all others are powers of two, as in power-of-two, ternary and binary kernels, a
    product is a shift and an addition, and with a weight of 1 or -1 an addition alone. The other
    kernels take a multiplication for each weight that is not 0, powers of two among them included:
    which weight is one is data, and a circuit has to multiply by any.

    Args:
        kernel: array of small integers.
        uses: how often each weight is used.
        x: `NumberFormat` of the inputs.
        weight: that of the weights.
        accumulator: that of the sums.

    Returns:
        tuple of `Operations`.

    Example:

    >>> from pikelpn_keras.cost.number_formats import NumberFormat
    >>> formats = NumberFormat(8), NumberFormat(4), NumberFormat(12)
    >>> kernel = np.array([0, 1, -1, 4], np.int8)
    >>> [str(entry) for entry in kernel_operations(kernel, 10, *formats)]
    ['10 shift int8 x int2 (mac)', '30 accumulate int8 x int12 (mac)']
    >>> [str(entry) for entry in kernel_operations(kernel + np.int8(2), 10, *formats)]
    ['40 mac int8 x int4 x int12 (mac)']
    """
    counts = np.bincount(np.abs(kernel.astype(np.int16)).ravel(), minlength=1)
    present = np.flatnonzero(counts)
    shared = int(np.bitwise_or.reduce(present))
    one = shared & -shared
    ones = int(counts[one]) if one else 0
    others = kernel.size - int(counts[0]) - ones
    present //= max(one, 1)
    if (present & (present - 1)).any():
        nonzero = uses * (ones + others)
        return (Operations("mac", (x, weight, accumulator), nonzero, MAC),)
    amount = unsigned(int(present.max(initial=1)).bit_length() - 1)
    return occurring(
        (
            Operations("shift", (x, amount), uses * others, MAC),
            Operations("accumulate", (x, accumulator), uses * (ones + others), MAC),
        )
    )
