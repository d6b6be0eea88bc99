"""Which function converts which float layer.

A module of `conversions/` registers its functions with `converts`. A layer that none is registered
for becomes its namesake in `pikelpn_keras.layers`: MaxPooling2D becomes QuantMaxPooling2D.
"""

import importlib
import pkgutil

_CONVERSIONS = {}


def converts(*layer_classes):
    """Registers a function `(layer, values, builder) -> value` for float layers.

    Args:
        *layer_classes: the classes it converts; classes derived from them are not meant.
    """

    def register(function):
        for layer_class in layer_classes:
            _CONVERSIONS[layer_class] = function
        return function

    return register


def conversion_of(layer):
    """The function that converts `layer`, or None."""
    from pikelpn_keras.quantize import conversions

    for module in pkgutil.iter_modules(conversions.__path__):
        importlib.import_module(f"{conversions.__name__}.{module.name}")
    return _CONVERSIONS.get(type(layer))
