"""The clamp to the output grid, counted where a value can leave it."""

from pikelpn_keras.cost.number_formats import NumberFormat, signed, unsigned
from pikelpn_keras.cost.operations import Operations


def clamps(grid, low, high, count):
    """Comparisons that bring values from `low` to `high` to a grid; none where they fit it.

    The lower end of an unsigned grid is a ReLU, every other end belongs to the quantizer's scale.

    Args:
        grid: the `Grid`.
        low: proven lower bound of the values, an int.
        high: proven upper bound.
        count: how many values there are.

    Returns:
        tuple of `Operations`.

    Example:

    >>> from pikelpn_keras.integer import Grid
    >>> [str(entry) for entry in clamps(Grid(0, 4, signed=False), -100, 15, 7)]
    ['7 compare int8 x int4 (activation)']
    """
    value = signed(max(-low, high)) if low < 0 else unsigned(high)
    operands = (value, NumberFormat(grid.bits))
    ends = (
        (low < grid.low, "scale" if grid.signed else "activation"),
        (high > grid.high, "scale"),
    )
    return tuple(Operations("compare", operands, count, part) for needed, part in ends if needed)
