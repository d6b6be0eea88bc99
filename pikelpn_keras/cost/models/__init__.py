"""The cost models that come with the library, one file each; a file here is found by itself.

A file defines `MODELS`, a tuple of `CostModel`s.
"""

import importlib
import pkgutil

from pikelpn_keras.cost.pricing import CostModel

COST_MODELS = {
    model.name: model
    for file in pkgutil.iter_modules(__path__)
    for model in importlib.import_module(f"{__name__}.{file.name}").MODELS
}
"""The cost models of the library, a dict of `CostModel` by name."""


def cost_model(identifier):
    """The `CostModel` of a name; a cost model is returned as it is.

    Raises:
        ValueError: if no cost model has that name.

    Example:

    >>> cost_model("energy_45nm").unit
    'pJ'
    """
    if isinstance(identifier, CostModel):
        return identifier
    if identifier not in COST_MODELS:
        raise ValueError(
            f"{identifier!r} is no cost model; use {', '.join(COST_MODELS)} or a CostModel"
        )
    return COST_MODELS[identifier]
