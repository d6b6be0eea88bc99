"""How `quantize_model` quantizes the layers of a twin (`pikelpn_keras.interop.twins`)."""

import dataclasses

import numpy as np

from pikelpn_keras import layers
from pikelpn_keras.interop import twins
from pikelpn_keras.interop.narrow import narrow_product, settled_grid
from pikelpn_keras.layers.freezable import RangeLayer
from pikelpn_keras.layers.sign import SIGNS
from pikelpn_keras.quantize.errors import refuse
from pikelpn_keras.quantize.registry import converts
from pikelpn_keras.quantize.values import OnGrid, Product


@converts(twins.Sign)
def sign(layer, values, builder):
    """QuantSign; a kernel of few integers before it keeps them, and the threshold is exact."""
    value = values[0]
    if isinstance(value, OnGrid) and not value.plain:
        value = builder.channelwise(value, layer)
    if isinstance(value, Product):
        tensor = narrow_product(value, builder)
    else:
        tensor = builder.on_grid(value).tensor
    return OnGrid(builder.add(layers.QuantSign(name=builder.unique(layer.name)), tensor))


@converts(twins.UnitSteps)
def unit_steps(layer, values, builder):
    """QuantReLU on steps of `2**-bits`; what reads it takes in that they mean `1 / n`."""
    if layer.bits < 2:
        refuse(layer, "has activations 0 and 1; use two bits or more, or ste_sign")
    value = values[0]
    if not isinstance(value, Product):
        value = builder.channelwise(builder.on_grid(value), layer)
    ratio = 1 - 2.0**-layer.bits
    relu = builder.activated(_times(value, ratio), layers.QuantReLU, layer, "", layer.bits)
    _hold(relu, -layer.bits)
    return dataclasses.replace(relu, scale=np.float64(1 / ratio))


@converts(twins.OnGridSteps)
def on_grid_steps(layer, values, builder):
    """QuantReLU or QuantIdentity on the given grid; a range layer before it takes the grid on."""
    value = values[0]
    if isinstance(value, OnGrid) and value.plain:
        maker = value.tensor._keras_history.operation
        if isinstance(maker, RangeLayer) and not maker.frozen and maker.bits == layer.bits:
            _hold(value, layer.exponent)
            return value
    layer_class = layers.QuantIdentity if layer.signed else layers.QuantReLU
    if isinstance(value, OnGrid) and not value.plain:
        value = builder.channelwise(value, layer)
    made = builder.activated(value, layer_class, layer, "", layer.bits)
    _hold(made, layer.exponent)
    return made


@converts(twins.Shift)
def shift(layer, values, builder):
    """A 1x1 depthwise convolution onto whole numbers of 8 bits."""
    value = values[0]
    exact = isinstance(value, OnGrid) and value.plain and float(layer.offset).is_integer()
    if not exact or settled_grid(value.tensor) != SIGNS:
        refuse(
            layer, "pads values other than signs; use pad_values=0 or input_quantizer='ste_sign'"
        )
    moved = builder.channelwise(
        OnGrid(value.tensor, np.float64(1), np.float64(layer.offset)), layer
    )
    made = builder.activated(moved, layers.QuantIdentity, layer, "", 8)
    _hold(made, 0)
    return made


def _hold(value, exponent):
    """Gives the layer that made a value an exponent that calibration leaves alone."""
    maker = value.tensor._keras_history.operation
    maker.set_exponent(exponent)
    maker.freeze()


def _times(product, ratio):
    """A `Product` whose values are multiplied by a positive number."""
    norm = product.norm
    if norm is None:
        return dataclasses.replace(
            product, kernel=product.kernel * ratio, bias=product.bias * ratio
        )
    scaled = dataclasses.replace(norm, gamma=norm.gamma * ratio, beta=norm.beta * ratio)
    return dataclasses.replace(product, norm=scaled)
