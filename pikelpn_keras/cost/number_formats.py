"""Number formats: what the operands of an operation are."""

import dataclasses
import re

_NAME = re.compile(r"(u?int|float|bfloat)(\d+)")
LARGEST_BITS = 256


@dataclasses.dataclass(frozen=True, order=True)
class NumberFormat:
    """The format of an operand: an integer or a float of so many bits.

    Floats of 16 bits are not told apart: bfloat16 and float16 cost the same here.

    Attributes:
        bits: width in bits, 1 to 256.
        floating: whether it is a float.

    Raises:
        ValueError: if the width is no such number.

    Example:

    >>> str(NumberFormat(8)), str(NumberFormat(16, floating=True))
    ('int8', 'float16')
    """

    bits: int
    floating: bool = False

    def __post_init__(self):
        if not 1 <= self.bits <= LARGEST_BITS:
            raise ValueError(f"a number has 1 to {LARGEST_BITS} bits, not {self.bits!r}")

    def __str__(self):
        return f"{'float' if self.floating else 'int'}{self.bits}"


def number_format(identifier):
    """The `NumberFormat` of a dtype's name; one that is a format already is returned as it is.

    Args:
        identifier: "int8", "uint8", "int4", "float32", "bfloat16" ..., or a `NumberFormat`. Signed
            and unsigned integers of one width are one format.

    Raises:
        ValueError: if it names no integer or float.

    Example:

    >>> number_format("bfloat16")
    NumberFormat(bits=16, floating=True)
    """
    if isinstance(identifier, NumberFormat):
        return identifier
    match = _NAME.fullmatch(str(identifier))
    if match is None:
        raise ValueError(
            f"{identifier!r} names no number format; write for example 'int4' or 'float32'"
        )
    return NumberFormat(int(match[2]), match[1].endswith("float"))


def signed(magnitude):
    """The narrowest integer format that holds every integer from -magnitude to magnitude.

    Args:
        magnitude: a non-negative int.

    Example:

    >>> str(signed(127)), str(signed(128))
    ('int8', 'int9')
    """
    return NumberFormat(int(magnitude).bit_length() + 1)


def unsigned(magnitude):
    """The narrowest integer format that holds every integer from 0 to magnitude.

    Example:

    >>> str(unsigned(255)), str(unsigned(0))
    ('int8', 'int1')
    """
    return NumberFormat(max(int(magnitude).bit_length(), 1))
