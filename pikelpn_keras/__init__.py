"""PikeLPN for Keras 3: train low-precision models, run them bit for bit the same on devices.

The names below load on first use, so that what needs NumPy alone (`IntegerGraph`) does not wait for
Keras. Layers and quantizers register with Keras as soon as Keras is imported, so `.keras` files
load wherever this package has been imported.
"""

import importlib
import sys

import wrapt

from pikelpn_keras.version import __version__

_MODULES = ("callbacks", "cost", "interop", "layers", "models", "quantizers")
_NAMES = {
    "FitRecipe": "pikelpn_keras.training",
    "IntegerGraph": "pikelpn_keras.integer",
    "QuantConfig": "pikelpn_keras.config",
    "distilling": "pikelpn_keras.training",
    "fit_recipe": "pikelpn_keras.training",
    "integer_graph": "pikelpn_keras.lowering",
    "quantize_model": "pikelpn_keras.quantize",
}

__all__ = ["__version__", *_MODULES, *_NAMES]


# What works without Keras.
_WITHOUT_KERAS = ("IntegerGraph", "cost", "interop")


def __getattr__(name):
    if name in __all__ and name not in _WITHOUT_KERAS:
        # First, so that layers register before what they build on is half imported.
        importlib.import_module("keras")
    if name in _MODULES:
        return importlib.import_module(f"pikelpn_keras.{name}")
    if name in _NAMES:
        return getattr(importlib.import_module(_NAMES[name]), name)
    raise AttributeError(f"module 'pikelpn_keras' has no attribute {name!r}")


def __dir__():
    return __all__


@wrapt.when_imported("keras")
def _register(keras):
    # While a module of this package is being imported, what needs it cannot be.
    modules = [module for name, module in sys.modules.items() if name.startswith(f"{__name__}.")]
    if not any(getattr(module.__spec__, "_initializing", False) for module in modules):
        importlib.import_module("pikelpn_keras.layers")
