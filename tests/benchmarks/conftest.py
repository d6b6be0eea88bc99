"""How tests get at the programs of the accuracy experiments."""

import importlib
import pathlib
import sys

import pytest

HARNESS = pathlib.Path(__file__).parents[2] / "benchmarks" / "accuracy"


@pytest.fixture(scope="module")
def harness():
    """Imports a program by its name; its siblings have names of their own meanwhile."""
    before = set(sys.modules)
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(HARNESS)
        yield importlib.import_module
    for name in set(sys.modules) - before:
        if str(HARNESS) in str(getattr(sys.modules[name], "__file__", "")):
            del sys.modules[name]
