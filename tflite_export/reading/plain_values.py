"""Dataclasses from the plain values that JSON keeps of them."""

import dataclasses
import types
import typing
from collections.abc import Mapping

import numpy as np

from pikelpn_keras.integer import BoundedGrid, Grid, ScaleCodes
from tflite_export.reading.errors import UnfitRecordError

LARGEST_INTEGER = 2**31 - 1
# 2**bits is computed of them.
LARGEST_BITS = 64


def from_plain(kind, value):
    """The object of the type `kind` that `value` stands for; the reverse of the record's JSON.

    Args:
        kind: a type, or an annotation of a field: `tuple[int, int]`, `NormRecord | None`.
        value: what `json.loads` gives.

    Raises:
        UnfitRecordError: if `value` does not fit `kind`.

    Example:

    >>> from pikelpn_keras.integer.nodes import Window
    >>> window = {"size": [3, 3], "strides": [1, 1], "dilation": [1, 1], "padding": "same"}
    >>> from_plain(Window, window).extent
    (3, 3)
    """
    if isinstance(kind, types.UnionType):
        return _from_union(kind, value)
    if typing.get_origin(kind) is tuple:
        return _from_list(typing.get_args(kind), _expect(value, list))
    if dataclasses.is_dataclass(kind):
        return _from_mapping(kind, _expect(value, dict))
    if kind is np.ndarray:
        return np.array([_integer(number) for number in _expect(value, list)], np.int64)
    if kind is int:
        return _integer(value)
    if typing.get_origin(kind) is Mapping:
        return _expect(value, dict)
    return _expect(value, kind)


def _from_union(kind, value):
    (inner,) = (option for option in typing.get_args(kind) if option is not type(None))
    return None if value is None else from_plain(inner, value)


def _from_list(kinds, values):
    if kinds[-1] is Ellipsis:
        kinds = kinds[:1] * len(values)
    if len(kinds) != len(values):
        raise UnfitRecordError(f"the record has {len(values)} values where {len(kinds)} belong")
    return tuple(from_plain(kind, value) for kind, value in zip(kinds, values, strict=True))


def _from_mapping(kind, values):
    if kind is Grid and "bound" in values:
        kind = BoundedGrid
    hints = typing.get_type_hints(kind)
    if set(hints) != set(values):
        raise UnfitRecordError(f"the record gives {sorted(values)} for a {kind.__name__}")
    for name, number in values.items():
        # Scales that are all one need no bits for their offsets.
        fewest = 0 if kind is ScaleCodes else 1
        if name.endswith("bits") and not fewest <= _integer(number) <= LARGEST_BITS:
            raise UnfitRecordError(f"the record gives {number} bits for a {kind.__name__}")
    if issubclass(kind, Grid):
        hints = {**hints, "exponent": int}
    return kind(**{name: from_plain(hints[name], value) for name, value in values.items()})


def _integer(value):
    if abs(_expect(value, int)) > LARGEST_INTEGER:
        raise UnfitRecordError(f"the record has the integer {value:g}")
    return value


def _expect(value, kind):
    if type(value) is not kind:
        raise UnfitRecordError(f"the record has {value!r:.40} where {kind.__name__} is expected")
    return value
