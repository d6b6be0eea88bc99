"""Pooling over all positions."""

import keras

from pikelpn_keras import layers
from pikelpn_keras.quantize.namesakes import namesake
from pikelpn_keras.quantize.registry import converts
from pikelpn_keras.quantize.values import OnGrid


@converts(keras.layers.AveragePooling2D)
def average(layer, values, builder):
    """AveragePooling2D; a window over the whole map is a global one."""
    tensor = builder.on_grid(values[0]).tensor
    if tuple(layer.pool_size) == tuple(tensor.shape[1:3]) and layer.padding == "valid":
        pool = layers.QuantGlobalAveragePooling2D(keepdims=True, name=builder.unique(layer.name))
        return OnGrid(builder.add(pool, tensor))
    return OnGrid(builder.add(namesake(layer, builder), tensor))
