"""PikeLPN inside the tools that people already have: Keras 2, larq and tfmot.

    pk.interop.keras2   lifts a `tf_keras` model to Keras 3
    pk.interop.larq     quantizers both ways; lifts a trained larq model to a pikelpn model
    pk.interop.tfmot    quantizers, configs and a scheme; lifts a trained tfmot model

larq and tfmot live on Keras 2, so their processes run with TF_USE_LEGACY_KERAS=1. Keras 3 lives
beside it in the same process: what is lifted is an ordinary Keras 3 model, and every quantizer has
one implementation, which both train with.

The modules load on first use; nothing else in this package imports them.
"""

import importlib

__all__ = ["keras2", "larq", "tfmot"]


def __getattr__(name):
    if name in __all__:
        return importlib.import_module(f"{__name__}.{name}")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__():
    return __all__
