"""What a .tflite file costs, whoever wrote it, operator by operator.

    workload = tflite_export.costing.workload("model.tflite")
    print(pikelpn_keras.cost.report(workload))

A file of this folder is found by itself: a new operator needs its function here and no change
elsewhere.
"""

import importlib
import pkgutil

from tflite_export.costing.listing import workload, workloads

for _module in pkgutil.iter_modules(__path__):
    importlib.import_module(f"{__name__}.{_module.name}")

__all__ = ["workload", "workloads"]
