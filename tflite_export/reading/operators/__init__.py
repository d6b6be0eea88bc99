"""The nodes of the operators of plain int8 and uint8 files.

A function registered with `@translates` takes a `Call` and returns a node. A file of this folder is
found by itself.
"""

import importlib
import pkgutil

from tflite_export.reading.operators.registry import translate, translates

for _module in pkgutil.iter_modules(__path__):
    importlib.import_module(f"{__name__}.{_module.name}")

__all__ = ["translate", "translates"]
