"""Batch normalization, and normalization of the input."""

import dataclasses

import keras
import numpy as np

from pikelpn_keras.quantize.errors import refuse, refuse_not_finite
from pikelpn_keras.quantize.folding import NormParameters
from pikelpn_keras.quantize.registry import converts
from pikelpn_keras.quantize.values import OnGrid, Product


@converts(keras.layers.BatchNormalization)
def batch_normalization(layer, values, builder):
    """BatchNormalization; one that follows no kernel gets a 1x1 depthwise one."""
    value = values[0] if isinstance(values[0], OnGrid | Product) else builder.on_grid(values[0])
    axis = layer.axis if isinstance(layer.axis, int) else layer.axis[0]
    rank = len(value.source.shape if isinstance(value, Product) else value.shape)
    if axis not in (-1, rank - 1):
        refuse(layer, f"normalises axis {axis}; normalise the last one, axis=-1")
    norm = NormParameters.of(layer)
    if not isinstance(value, Product) or value.norm is not None:
        value = value if isinstance(value, OnGrid) else builder.on_grid(value)
        value = builder.channelwise(value, layer)
    return dataclasses.replace(value, norm=norm)


@converts(keras.layers.Rescaling)
def rescaling(layer, values, builder):
    """Rescaling, which the next kernel takes in."""
    return _mapped(layer, values[0], builder, layer.scale, layer.offset)


@converts(keras.layers.Normalization)
def normalization(layer, values, builder):
    """Normalization over the last axis, which the next kernel takes in."""
    if layer.invert:
        refuse(layer, "has invert=True; leave it out")
    mean, variance = (keras.ops.convert_to_numpy(v) for v in (layer.mean, layer.variance))
    if mean.size not in (1, mean.shape[-1]):
        refuse(layer, f"normalises axes {layer.axis}; adapt one with axis=-1")
    scale = 1 / np.maximum(np.sqrt(variance.ravel()), keras.config.epsilon())
    return _mapped(layer, values[0], builder, scale, -mean.ravel() * scale)


def _mapped(layer, value, builder, scale, offset):
    scale, offset = (np.squeeze(np.asarray(v, np.float64)) for v in (scale, offset))
    refuse_not_finite(layer, scale, offset)
    if not isinstance(value, OnGrid):
        value = builder.on_grid(value)
    return dataclasses.replace(
        value, scale=value.scale * scale, offset=value.offset * scale + offset
    )
