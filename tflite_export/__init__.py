"""Integer .tflite files of PikeLPN models, and the proof that they compute what was trained.

    tflite = tflite_export.convert(model)
    tflite_export.save("model.tflite", tflite)
    print(tflite_export.verify(model, tflite, images))

Neither TensorFlow nor Keras is imported unless a Keras model is handed in. The names load on first
use, so that `pikelpn --help` does not wait for the runtimes.
"""

import importlib

_NAMES = {
    "benchmark": "tflite_export.benchmarking",
    "convert": "tflite_export.conversion",
    "read": "tflite_export.reading.reader",
    "save": "tflite_export.files",
    "verify": "tflite_export.verification",
}

__all__ = ["benchmark", "convert", "read", "save", "verify"]


def __getattr__(name):
    if name in _NAMES:
        return getattr(importlib.import_module(_NAMES[name]), name)
    raise AttributeError(f"module 'tflite_export' has no attribute {name!r}")


def __dir__():
    return __all__
