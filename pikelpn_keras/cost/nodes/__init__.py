"""The work of the nodes of an `IntegerGraph`, one file each.

A file of this folder is found by itself: a new node needs its file here and no change elsewhere.
"""

import importlib
import pkgutil

from pikelpn_keras.cost.nodes.registry import counts, work_of

for _module in pkgutil.iter_modules(__path__):
    importlib.import_module(f"{__name__}.{_module.name}")

__all__ = ["counts", "work_of"]
