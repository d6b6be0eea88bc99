"""The clamp to the output's range, counted where a value can leave it."""

from pikelpn_keras.cost.number_formats import NumberFormat, signed, unsigned
from pikelpn_keras.cost.operations import Operations


def clamps(ends, bits, low, high, count):
    """Comparisons that bring values from `low` to `high` between two ends; none where they fit.

    A lower end of 0 is a ReLU, every other end belongs to the quantizer's scale. Of one bit there
    is one comparison, the sign.

    Args:
        ends: the smallest and the largest integer of the output.
        bits: width of the output.
        low: proven lower bound of the values, an int.
        high: proven upper bound.
        count: how many values there are.

    Returns:
        tuple of `Operations`.

    Example:

    >>> [str(entry) for entry in clamps((0, 15), 4, -100, 15, 7)]
    ['7 compare int8 x int4 (activation)']
    """
    value = signed(max(-low, high)) if low < 0 else unsigned(high)
    passed = (low < ends[0], high > ends[1])
    parts = ("activation" if ends[0] == 0 else "scale", "scale")
    if bits == 1 and any(passed):
        passed, parts = (True,), ("activation",)
    operands = (value, NumberFormat(bits))
    return tuple(
        Operations("compare", operands, count, part)
        for needed, part in zip(passed, parts, strict=True)
        if needed
    )


def grid_clamps(grid, low, high, count):
    """`clamps` to the range of a `Grid`."""
    return clamps((grid.low, grid.high), grid.bits, low, high, count)
