"""`CostModel`: what one operation costs."""

import dataclasses
from collections.abc import Callable, Mapping

from pikelpn_keras.cost.operations import KINDS


@dataclasses.dataclass(frozen=True, eq=False)
class CostModel:
    """A named table of prices.

    A cost model of one's own is another table, or one with another entry:

    >>> from pikelpn_keras.cost import ACE_V2, NumberFormat, Operations
    >>> dear_shifts = CostModel(
    ...     "dear_shifts", "ACE", {**ACE_V2.prices, "shift": lambda value, amount: 99})
    >>> shifts = Operations("shift", (NumberFormat(20), NumberFormat(4)), 10, "scale")
    >>> ACE_V2.cost([shifts]), dear_shifts.cost([shifts])
    (200, 990)

    Attributes:
        name: its name.
        unit: what it counts in.
        prices: for each kind of operation a function of the operands' `NumberFormat`s, in the order
            of `operations.OPERANDS`, that gives the cost of one operation.

    Raises:
        ValueError: if a kind of operation has no price.
    """

    name: str
    unit: str
    prices: Mapping[str, Callable[..., float]]

    def __post_init__(self):
        missing = [kind for kind in KINDS if kind not in self.prices]
        if missing:
            raise ValueError(f"cost model '{self.name}' has no price for {', '.join(missing)}")

    def cost(self, operations):
        """The cost of some `Operations`, a number in `unit`."""
        return sum(entry.count * self.prices[entry.kind](*entry.operands) for entry in operations)


def circuit_prices(add, multiply, shift, lookup):
    """The prices of a cost model that knows four circuits.

    A MAC is a multiplication and an addition over the accumulator's whole width, a comparison is a
    subtraction, and a function is charged as a product, which is less than any circuit of it has.

    Args:
        add: price of an addition, a function of two `NumberFormat`s.
        multiply: price of a product, likewise.
        shift: price of a shift, a function of the formats of the value and of the amount.
        lookup: price of a look-up, a function of the formats of the index and of the entry.

    Returns:
        dict of functions by kind of operation.
    """
    return {
        "mac": lambda x, weight, accumulator: multiply(x, weight) + add(accumulator, accumulator),
        "accumulate": add,
        "multiply": multiply,
        "add": add,
        "compare": add,
        "shift": shift,
        "lookup": lookup,
        "function": multiply,
    }
