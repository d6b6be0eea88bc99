"""Weight quantizers: integers with power-of-two scales."""

import importlib
import re

import keras

from pikelpn_keras.quantizers.base import Quantizer
from pikelpn_keras.quantizers.binary import BinaryQuantizer
from pikelpn_keras.quantizers.fitting import angle, best_fit, relative_error
from pikelpn_keras.quantizers.power_of_two import PowerOfTwoQuantizer
from pikelpn_keras.quantizers.ternary import TernaryQuantizer
from pikelpn_keras.quantizers.uniform import UniformQuantizer

__all__ = [
    "BinaryQuantizer",
    "PowerOfTwoQuantizer",
    "Quantizer",
    "TernaryQuantizer",
    "UniformQuantizer",
    "angle",
    "best_fit",
    "get",
    "relative_error",
    "serialize",
]

_BY_NAME = {
    "uniform": UniformQuantizer,
    "power_of_two": PowerOfTwoQuantizer,
    "binary": BinaryQuantizer,
    "ternary": TernaryQuantizer,
}


def get(identifier):
    """The quantizer that `identifier` means.

    Args:
        identifier: a quantizer; a string: "uniform", "power_of_two", "binary" or "ternary", the
            first two with their bits or levels behind if wanted, as in "uniform7"; or a config dict
            as `serialize` gives it.

    Raises:
        ValueError: if `identifier` means none.

    Example:

    >>> get("power_of_two6")
    PowerOfTwoQuantizer(levels=6, per_channel=True, scale_bits=4)
    """
    if isinstance(identifier, Quantizer):
        return identifier
    if isinstance(identifier, dict):
        found = keras.saving.deserialize_keras_object(identifier)
        if isinstance(found, Quantizer):
            return found
    if isinstance(identifier, str):
        match = re.fullmatch(r"(uniform|power_of_two)(\d+)", identifier)
        if match:
            return _BY_NAME[match[1]](int(match[2]))
        if identifier in _BY_NAME:
            return _BY_NAME[identifier]()
    raise ValueError(
        f"{identifier!r} is no quantizer; pass an object of pikelpn_keras.quantizers, its "
        "config, or one "
        f"of {', '.join(map(repr, _BY_NAME))} (with bits or levels: 'uniform7', 'power_of_two6')"
    )


def serialize(quantizer):
    """The config dict of a quantizer, which `get` takes.

    Example:

    >>> get(serialize(get("uniform4"))).bits
    4
    """
    return keras.saving.serialize_keras_object(quantizer)


# Whoever imports a quantizer first may load a model next. Last: layers need the names above.
importlib.import_module("pikelpn_keras.layers")
