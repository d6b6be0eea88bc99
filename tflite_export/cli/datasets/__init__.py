"""Labelled images to train on and to verify with, one module a data set.

A module here is a data set of its name: its `load(request)` takes a `Request` and returns a
`Dataset`. It is imported when it is asked for, and not before.
"""

import importlib
import pkgutil

from tflite_export.cli.datasets.base import Dataset, Request

__all__ = ["Dataset", "Request", "load", "names"]


def names():
    """The data sets' names, sorted."""
    return sorted(module.name for module in pkgutil.iter_modules(__path__) if module.name != "base")


def load(name, request):
    """Loads the data set `name` in the size and the channels that `request` asks for."""
    return importlib.import_module(f"{__name__}.{name}").load(request).fitted_to(request)
