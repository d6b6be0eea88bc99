"""Tables of a report: named columns, plain values, and how people read them."""

import dataclasses
from collections.abc import Callable
from typing import Any

_LETTERS = "kMGTP"


def words(value):
    """Text as it is.

    Example:

    >>> words("conv")
    'conv'
    """
    return str(value)


def number(value):
    """A number with its thousands marked; fractions are rounded away.

    Example:

    >>> number(1234567.8)
    '1,234,568'
    """
    return f"{value:,.0f}"


def rounded(value):
    """A number in at most five digits, thousands, millions, billions and so on marked by a letter.

    Example:

    >>> rounded(99999), rounded(123456), rounded(9710000), rounded(4091469824)
    ('99,999', '123.5 k', '9.710 M', '4.091 G')
    """
    if value < 1e5:
        return number(value)
    power = min((len(f"{value:.0f}") - 1) // 3, len(_LETTERS))
    scaled = value / 1000**power
    return f"{scaled:.{max(4 - len(str(int(scaled))), 0)}f} {_LETTERS[power - 1]}"


def percent(value):
    """A share as a percentage.

    Example:

    >>> percent(0.1234)
    '12.3 %'
    """
    return f"{100 * value:.1f} %"


def times(value):
    """A ratio.

    Example:

    >>> times(0.5)
    '0.50x'
    """
    return f"{value:.2f}x"


@dataclasses.dataclass(frozen=True)
class Column:
    """A column of a `Table`.

    Attributes:
        name: its heading.
        show: function that gives a value as people read it.
    """

    name: str
    show: Callable[[Any], str]


@dataclasses.dataclass(frozen=True)
class Table:
    """A table with a title.

    Attributes:
        title: what it is about.
        columns: its `Column`s.
        rows: tuples of plain values, one for each column; None is shown as nothing.
    """

    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Any, ...], ...]

    @property
    def shown(self):
        """The rows as people read them, lists of strings."""
        return [
            [
                "" if value is None else column.show(value)
                for column, value in zip(self.columns, row, strict=True)
            ]
            for row in self.rows
        ]
