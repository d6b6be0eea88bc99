"""`Operations`: so many arithmetic operations of one kind, on operands of given formats."""

import dataclasses

from pikelpn_keras.cost.number_formats import NumberFormat

# What the operands of each kind are. A "mac" is a product and its addition to the accumulator;
# "accumulate" is that addition alone, where a weight is 1, -1 or a power of two. A "function" is
# what has no integer form here: exponentials, divisions and roots of floats.
OPERANDS = {
    "mac": ("input", "weight", "accumulator"),
    "accumulate": ("input", "accumulator"),
    "multiply": ("first", "second"),
    "add": ("first", "second"),
    "compare": ("first", "second"),
    "shift": ("value", "amount"),
    "lookup": ("index", "entry"),
    "function": ("input", "output"),
}
KINDS = tuple(OPERANDS)

# "mac" is the multiply-accumulate part, all others are elementwise work.
MAC = "mac"
PARTS = (MAC, "bias", "norm", "scale", "activation", "residual", "pooling", "gate")
ELEMENTWISE = PARTS[1:]


@dataclasses.dataclass(frozen=True)
class Operations:
    """So many operations of one kind.

    Attributes:
        kind: one of `KINDS`.
        operands: the format of each operand, in the order of `OPERANDS[kind]`.
        count: how often it is computed for one image.
        part: what it is done for, one of `PARTS`.

    Raises:
        ValueError: if kind or part is unknown, an operand is missing or the count is negative.

    Example:

    >>> print(Operations("multiply", (NumberFormat(8), NumberFormat(4)), 1000, "gate"))
    1,000 multiply int8 x int4 (gate)
    """

    kind: str
    operands: tuple[NumberFormat, ...]
    count: int
    part: str

    def __post_init__(self):
        if self.kind not in OPERANDS:
            raise ValueError(f"{self.kind!r} is no kind of operation; use {', '.join(KINDS)}")
        if self.part not in PARTS:
            raise ValueError(f"{self.part!r} is no part of the work; use {', '.join(PARTS)}")
        if len(self.operands) != len(OPERANDS[self.kind]):
            wanted = ", ".join(OPERANDS[self.kind])
            raise ValueError(
                f"'{self.kind}' has the operands {wanted}; {len(self.operands)} are given"
            )
        if self.count < 0:
            raise ValueError(f"a count of '{self.kind}' cannot be {self.count}")

    def __str__(self):
        operands = " x ".join(map(str, self.operands))
        return f"{self.count:,} {self.kind} {operands} ({self.part})"


def occurring(operations):
    """Those of some `Operations` that occur at all, as a tuple."""
    return tuple(entry for entry in operations if entry.count)
