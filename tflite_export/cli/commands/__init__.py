"""The commands, one module each; a module here is a command of its name.

A command module has

- a docstring whose first line is the command's summary,
- `USAGE`, its synopsis,
- `define_flags(values)`, which defines its flags in an `absl.flags.FlagValues`,
- `PATHS`, a range: how many words that are no flags it takes,
- `run(values, *paths)`, which does the work and returns the exit status.

Its top level imports nothing heavy, so that help answers at once: Keras, TensorFlow and the rest of
this project are imported in `run`.
"""

import importlib
import pkgutil


def names():
    """The commands' names, sorted."""
    return sorted(module.name for module in pkgutil.iter_modules(__path__))


def load(name):
    """The module of the command `name`."""
    return importlib.import_module(f"{__name__}.{name}")


def summary(name):
    """The first line of a command's docstring."""
    return load(name).__doc__.splitlines()[0]
