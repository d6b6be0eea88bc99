"""Quantized Keras layers, trained with plain `model.fit`."""

from pikelpn_keras.layers.activation import QuantIdentity, QuantReLU
from pikelpn_keras.layers.add import QuantAdd
from pikelpn_keras.layers.base import QuantLayer
from pikelpn_keras.layers.conv2d import QuantConv2D
from pikelpn_keras.layers.dense import QuantDense
from pikelpn_keras.layers.depthwise_conv2d import QuantDepthwiseConv2D
from pikelpn_keras.layers.freezable import FreezableLayer
from pikelpn_keras.layers.input import QuantInput
from pikelpn_keras.layers.norm import QuantNorm
from pikelpn_keras.layers.pooling import QuantGlobalAveragePooling2D
from pikelpn_keras.layers.separable_conv2d import QuantSeparableConv2D
from pikelpn_keras.layers.subtract import QuantSubtract

__all__ = [
    "FreezableLayer",
    "QuantAdd",
    "QuantConv2D",
    "QuantDense",
    "QuantDepthwiseConv2D",
    "QuantGlobalAveragePooling2D",
    "QuantIdentity",
    "QuantInput",
    "QuantLayer",
    "QuantNorm",
    "QuantReLU",
    "QuantSeparableConv2D",
    "QuantSubtract",
]
