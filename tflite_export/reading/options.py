"""The options of an operator as plain values."""

import functools
import re

import numpy as np
from ai_edge_litert import schema_py_generated as schema
from flatbuffers.number_types import Uint8Flags

_ENUMERATIONS = {
    "padding": schema.Padding,
    "fused_activation_function": schema.ActivationFunctionType,
    "weights_format": schema.FullyConnectedOptionsWeightsFormat,
    "in_data_type": schema.TensorType,
    "out_data_type": schema.TensorType,
}
# Unions of the table Operator: the schema's list of types, slots of the type and of the table.
_UNIONS = ((schema.BuiltinOptions, 3, 4), (schema.BuiltinOptions2, 11, 12))


def names_of(enumeration):
    """Names by number of an enumeration of the schema.

    Example:

    >>> names_of(schema.Padding)
    {0: 'SAME', 1: 'VALID'}
    """
    return {number: name for name, number in vars(enumeration).items() if name.isupper()}


def options_of(operator):
    """The options of an operator.

    Args:
        operator: the `CheckedTable` of the operator.

    Returns:
        dict of ints, floats, bools, strings and tuples, by the schema's names of the fields. Known
        enumerations are strings: "SAME", "RELU". Options of unknown types are left out.

    Raises:
        BrokenFileError: if they reach outside the file.
    """
    for union, type_slot, table_slot in _UNIONS:
        name = _type_names(union).get(operator.scalar(type_slot, Uint8Flags))
        table = operator.table(table_slot)
        if name is not None and table is not None:
            accessor = getattr(schema, name)()
            accessor._tab = table
            fields = vars(getattr(schema, f"{name}T").InitFromObj(accessor))
            return {_snake_case(key): _plain(_snake_case(key), v) for key, v in fields.items()}
    return {}


@functools.cache
def _type_names(union):
    names = {number: name for name, number in vars(union).items() if isinstance(number, int)}
    return {number: name for number, name in names.items() if hasattr(schema, f"{name}T")}


@functools.cache
def _snake_case(name):
    """The schema's name of a field.

    Example:

    >>> _snake_case("dilationHFactor")
    'dilation_h_factor'
    """
    return re.sub("(?<!^)([A-Z])", r"_\1", name).lower()


def _plain(key, value):
    if isinstance(value, np.ndarray):
        return tuple(value.tolist())
    if isinstance(value, bytes):
        return value.decode(errors="replace")
    if key in _ENUMERATIONS:
        return names_of(_ENUMERATIONS[key]).get(value, value)
    return value
