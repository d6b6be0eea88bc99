"""tfmot: quantizers, configs and a scheme; its trained models as ours.

    annotated = tfmot.quantization.keras.quantize_annotate_model(float_model)
    model = tfmot.quantization.keras.quantize_apply(annotated, pk.interop.tfmot.PikeLPNScheme())
    model.compile(...); model.fit(...)
    tflite = tflite_export.convert(pk.interop.tfmot.lift(model), exact="all")

Needs tensorflow-model-optimization and a process with TF_USE_LEGACY_KERAS=1.

Raises:
    ImportError: if either is missing; the sentence has the command that mends it.
"""

from pikelpn_keras.interop.requirements import require_legacy_keras

require_legacy_keras("tensorflow_model_optimization")

from pikelpn_keras.interop.tfmot.configs import QuantizeConfig  # noqa: E402
from pikelpn_keras.interop.tfmot.lifting import lift  # noqa: E402
from pikelpn_keras.interop.tfmot.norm import PowerOfTwoNorm  # noqa: E402
from pikelpn_keras.interop.tfmot.quantizers import (  # noqa: E402
    ActivationQuantizer,
    WeightQuantizer,
)
from pikelpn_keras.interop.tfmot.scheme import PikeLPNScheme  # noqa: E402

__all__ = [
    "ActivationQuantizer",
    "PikeLPNScheme",
    "PowerOfTwoNorm",
    "QuantizeConfig",
    "WeightQuantizer",
    "lift",
]
