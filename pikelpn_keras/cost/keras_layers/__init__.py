"""The work of Keras's own layers, a file for each family.

A file of this folder is found by itself: a new layer needs its function here and no change
elsewhere.
"""

import importlib
import pkgutil

from pikelpn_keras.cost.keras_layers.registry import counter_of, counts

for _module in pkgutil.iter_modules(__path__):
    importlib.import_module(f"{__name__}.{_module.name}")

__all__ = ["counter_of", "counts"]
