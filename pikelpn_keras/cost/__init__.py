"""What a model costs: ACE, ACEv2, energy and memory, counted on what is deployed.

    pk.cost.ace(model), pk.cost.ace_v2(model)
    report = pk.cost.report(model, cost_model="energy_45nm")
    print(report)
    pk.cost.plots.save("cost.png", pk.cost.plots.layers(report))

Models are `IntegerGraph`s, Keras models of this library or of floats, and `Workload`s, which
`tflite_export.costing` and `Architecture` make of files and of descriptions. Counting needs NumPy
alone; Keras is imported where a Keras model is handed in, matplotlib where a picture is drawn.
"""

import importlib

from pikelpn_keras.cost import layer_work
from pikelpn_keras.cost.architecture import Architecture
from pikelpn_keras.cost.comparison import Comparison
from pikelpn_keras.cost.cost_report import CostReport, report
from pikelpn_keras.cost.formats import Formats
from pikelpn_keras.cost.measure import ace, ace_v2, cost, workload
from pikelpn_keras.cost.models import COST_MODELS, cost_model
from pikelpn_keras.cost.models.ace_v2 import ACE_V2
from pikelpn_keras.cost.number_formats import NumberFormat, number_format
from pikelpn_keras.cost.operations import Operations
from pikelpn_keras.cost.pricing import CostModel
from pikelpn_keras.cost.work import Activations, Layer, Storage, Work, Workload
from pikelpn_keras.cost.writers import WRITERS

# What needs Keras or matplotlib loads on first use.
_NAMES = {
    "CostLogger": "pikelpn_keras.cost.cost_logger",
    "WidthBudget": "pikelpn_keras.cost.width_budget",
    "limit_widths": "pikelpn_keras.cost.width_budget",
}

__all__ = [
    "ACE_V2",
    "COST_MODELS",
    "WRITERS",
    "Activations",
    "Architecture",
    "Comparison",
    "CostModel",
    "CostReport",
    "Formats",
    "Layer",
    "NumberFormat",
    "Operations",
    "Storage",
    "Work",
    "Workload",
    "ace",
    "ace_v2",
    "cost",
    "cost_model",
    "layer_work",
    "number_format",
    "plots",
    "report",
    "workload",
    *_NAMES,
]


def __getattr__(name):
    if name == "plots":
        return importlib.import_module("pikelpn_keras.cost.plots")
    if name in _NAMES:
        return getattr(importlib.import_module(_NAMES[name]), name)
    raise AttributeError(f"module 'pikelpn_keras.cost' has no attribute {name!r}")


def __dir__():
    return __all__
