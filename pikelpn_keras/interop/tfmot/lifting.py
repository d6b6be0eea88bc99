"""A trained tfmot model as a pikelpn model."""

import tensorflow_model_optimization as tfmot
from tensorflow_model_optimization.python.core.clustering.keras.cluster_wrapper import (
    ClusterWeights,
)
from tensorflow_model_optimization.python.core.sparsity.keras.pruning_wrapper import (
    PruneLowMagnitude,
)

from pikelpn_keras.config import QuantConfig
from pikelpn_keras.interop.rebuilding import rebuild
from pikelpn_keras.interop.tfmot import float_models, scheme_models
from pikelpn_keras.quantize import quantize_model


def lift(model, config=None, calibration_data=None):
    """The pikelpn model of a trained tfmot model, theirs or ours.

    A model that was trained with `PikeLPNScheme` keeps its quantizers, norms and exponents. Of any
    other the float weights are taken and quantized as `config` says, and activations get the ranges
    that tfmot has learned, or those that `calibration_data` asks for. Wrappers for pruning and
    clustering are stripped; weights that they made zero stay zero under every quantizer but the
    binary one.

    Args:
        model: a built Functional or Sequential model, made by `quantize_apply`, `quantize_model`,
            `prune_low_magnitude` or `cluster_weights`.
        config: a `QuantConfig`; None for `QuantConfig.w8a8()`. Of a model of `PikeLPNScheme` only
            its `input` counts: what the model is fed for a pixel, without an offset.
        calibration_data: see `pikelpn_keras.quantize_model`.

    Returns:
        a keras.Model of layers of `pikelpn_keras.layers`; it outputs logits.

    Raises:
        ValueError: if a layer has no integer form; the sentence names it and the remedy.

    Example:

    >>> import tf_keras
    >>> from pikelpn_keras.config import InputGrid
    >>> theirs = tfmot.quantization.keras.quantize_model(
    ...     tf_keras.Sequential([tf_keras.layers.Input((4,)), tf_keras.layers.Dense(2)]))
    >>> model = lift(theirs, QuantConfig.w8a8(input=InputGrid(scale=1 / 255)))
    >>> [type(layer).__name__ for layer in model.layers][2:]
    ['QuantDense', 'QuantIdentity']
    """
    config = QuantConfig.w8a8() if config is None else config
    model = stripped(model)
    if scheme_models.is_ours(model):
        return rebuild(model, scheme_models.Lifter(config.input))
    ranges = calibration_data is None
    return quantize_model(rebuild(model, float_models.Lifter(ranges)), config, calibration_data)


def stripped(model):
    """The model without the wrappers of pruning and clustering, if there are any."""
    if any(isinstance(layer, PruneLowMagnitude) for layer in model.layers):
        model = tfmot.sparsity.keras.strip_pruning(model)
    if any(isinstance(layer, ClusterWeights) for layer in model.layers):
        model = tfmot.clustering.keras.strip_clustering(model)
    return model
