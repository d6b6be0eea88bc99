"""The work of layers that are no nodes: of float models, of files by others, of descriptions.

Each function gives a tuple of `Operations` for `count` results in the `NumberFormat` they are
computed in. Counts are those of the working definition of ACEv2 (`models/ace_v2.py`): a folded norm
is one product and one addition, a scale that is not folded one product, a ReLU one comparison, a
pooling one addition or comparison for each place of its window.
"""

from pikelpn_keras.cost.number_formats import NumberFormat, unsigned
from pikelpn_keras.cost.operations import MAC, Operations, occurring

# Bits of an exponential in a table, as TFLite's int8 kernels have them.
POWER = NumberFormat(16)


def products(count, taps, x, weight):
    """`count` multiply-accumulates, `taps` to a sum, whose weights are not known.

    The accumulator of integers is as wide as the largest sum of so many products.

    Args:
        count: how many.
        taps: products in one sum.
        x: `NumberFormat` of the inputs.
        weight: that of the weights.

    Example:

    >>> print(*products(90, 9, NumberFormat(8), NumberFormat(4)))
    90 mac int8 x int4 x int16 (mac)
    """
    if x.floating or weight.floating:
        accumulator = max(entry for entry in (x, weight) if entry.floating)
    else:
        accumulator = NumberFormat(x.bits + weight.bits + int(taps - 1).bit_length())
    return occurring((Operations("mac", (x, weight, accumulator), count, MAC),))


def same_format(kind, part, count, number):
    """`count` operations of one kind whose operands have the one format `number`.

    Example:

    >>> print(*same_format("add", "residual", 64, NumberFormat(8)))
    64 add int8 x int8 (residual)
    """
    return occurring((Operations(kind, (number, number), count, part),))


def norm(count, number):
    """A folded norm: one product and one addition."""
    return (
        *same_format("multiply", "norm", count, number),
        *same_format("add", "norm", count, number),
    )


def scale(count, number):
    """Rescaling by a scale that is folded into nothing: one product."""
    return same_format("multiply", "scale", count, number)


def dynamic_scale(inputs, outputs, number):
    """Scales found as the inputs come: their largest is sought, they and the outputs rescaled."""
    return (*same_format("compare", "scale", inputs, number), *scale(inputs + outputs, number))


def bias(count, number):
    """A bias: one addition."""
    return same_format("add", "bias", count, number)


def relu(count, number):
    """A ReLU: one comparison."""
    return same_format("compare", "activation", count, number)


def residual(count, number):
    """A residual addition."""
    return same_format("add", "residual", count, number)


def gate(count, number):
    """The product of a tensor and a gate."""
    return same_format("multiply", "gate", count, number)


def average_pool(count, taps, number):
    """Averages over `taps` places: one addition a place and one product by the reciprocal."""
    return (
        *same_format("add", "pooling", count * taps, number),
        *same_format("multiply", "pooling", count, number),
    )


def max_pool(count, taps, number):
    """Maxima over `taps` places: one comparison less than there are places."""
    return same_format("compare", "pooling", count * (taps - 1), number)


def function(count, number):
    """A function without an integer form here: exponential, logistic, hyperbolic tangent."""
    return same_format("function", "activation", count, number)


def softmax(count, length, number):
    """Softmax of vectors of `length`, `count` numbers in all.

    Compare with the largest so far, subtract the largest, exponential, addition to the sum, product
    with the reciprocal of the sum; one reciprocal a vector.
    """
    vectors = count // length
    return (
        *same_format("compare", "activation", count - vectors, number),
        *same_format("add", "activation", 2 * count - vectors, number),
        *same_format("function", "activation", count + vectors, number),
        *same_format("multiply", "activation", count, number),
    )


def integer_average_pool(count, taps, x, total, up=0):
    """Averages of integers, rounded half up.

    Each input is added to a sum that begins with the half of the rounding. A sum is divided by
    `taps / 2**up`: by a shift where that is a power of two, otherwise by a product with a
    reciprocal as wide as the sum, and a shift.

    Args:
        count: how many averages.
        taps: integers in one.
        x: `NumberFormat` of the inputs.
        total: that of the sums.
        up: exponent by which the output grid is finer than the input grid.
    """
    added = Operations("add", (x, total), count * taps, "pooling")
    if taps & (taps - 1) == 0:
        amount = abs(taps.bit_length() - 1 - up)
        shift = Operations("shift", (total, unsigned(amount)), count if amount else 0, "pooling")
        return occurring((added, shift))
    product = NumberFormat(2 * total.bits)
    return occurring(
        (
            added,
            Operations("multiply", (total, total), count, "pooling"),
            Operations("shift", (product, unsigned(total.bits)), count, "pooling"),
        )
    )


def integer_softmax(count, length, x):
    """Softmax of integer vectors of `length`, `count` numbers in all, by a table.

    For each of n numbers: compare with the largest so far, subtract the largest, look up the
    exponential, add it to the sum, multiply it by the reciprocal of the sum; n - 1 comparisons and
    additions, and one reciprocal for each vector.
    """
    vectors = count // length
    total = unsigned(length * (2**POWER.bits - 1))
    return occurring(
        (
            Operations("compare", (x, x), count - vectors, "activation"),
            Operations("add", (x, x), count, "activation"),
            Operations("lookup", (x, POWER), count, "activation"),
            Operations("add", (POWER, total), count - vectors, "activation"),
            Operations("function", (total, POWER), vectors, "activation"),
            Operations("multiply", (POWER, POWER), count, "activation"),
        )
    )
