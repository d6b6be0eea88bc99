"""The runtimes that can compute a .tflite file, one file for each family.

All have one face: a constructor from the file's bytes, and `run`, from grid integers to grid
integers.
"""

from tflite_export.runtimes import litert, tflm
from tflite_export.runtimes.base import Runtime, RuntimeUnavailable

# Constructors by name, in the order of reports.
RUNTIMES = {**litert.RUNTIMES, **tflm.RUNTIMES}

__all__ = ["RUNTIMES", "Runtime", "RuntimeUnavailable"]
