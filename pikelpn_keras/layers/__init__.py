"""Quantized Keras layers, trained with plain `model.fit`."""

from pikelpn_keras.layers.activation import QuantIdentity, QuantReLU
from pikelpn_keras.layers.add import QuantAdd
from pikelpn_keras.layers.average_pooling import QuantAveragePooling2D
from pikelpn_keras.layers.base import QuantLayer
from pikelpn_keras.layers.borders import QuantCropping2D, QuantZeroPadding2D
from pikelpn_keras.layers.concatenate import QuantConcatenate
from pikelpn_keras.layers.conv1d import QuantConv1D
from pikelpn_keras.layers.conv2d import QuantConv2D
from pikelpn_keras.layers.conv2d_transpose import QuantConv2DTranspose
from pikelpn_keras.layers.dense import QuantDense
from pikelpn_keras.layers.depth_to_space import QuantDepthToSpace
from pikelpn_keras.layers.depthwise_conv1d import QuantDepthwiseConv1D
from pikelpn_keras.layers.depthwise_conv2d import QuantDepthwiseConv2D
from pikelpn_keras.layers.dropout import QuantDropout
from pikelpn_keras.layers.freezable import FreezableLayer
from pikelpn_keras.layers.hard_sigmoid import QuantHardSigmoid
from pikelpn_keras.layers.hard_swish import QuantHardSwish
from pikelpn_keras.layers.input import QuantInput
from pikelpn_keras.layers.leaky_relu import QuantLeakyReLU
from pikelpn_keras.layers.learned_range_relu import QuantLearnedRangeReLU
from pikelpn_keras.layers.max_pooling import QuantGlobalMaxPooling2D, QuantMaxPooling2D
from pikelpn_keras.layers.multiply import QuantMultiply
from pikelpn_keras.layers.norm import QuantNorm
from pikelpn_keras.layers.pooling import QuantGlobalAveragePooling2D
from pikelpn_keras.layers.prelu import QuantPReLU
from pikelpn_keras.layers.reshaping import QuantFlatten, QuantReshape
from pikelpn_keras.layers.separable_conv1d import QuantSeparableConv1D
from pikelpn_keras.layers.separable_conv2d import QuantSeparableConv2D
from pikelpn_keras.layers.sign import QuantSign
from pikelpn_keras.layers.softmax import QuantSoftmax
from pikelpn_keras.layers.subtract import QuantSubtract
from pikelpn_keras.layers.up_sampling import QuantUpSampling2D

__all__ = [
    "FreezableLayer",
    "QuantAdd",
    "QuantAveragePooling2D",
    "QuantConcatenate",
    "QuantConv1D",
    "QuantConv2D",
    "QuantConv2DTranspose",
    "QuantCropping2D",
    "QuantDense",
    "QuantDepthToSpace",
    "QuantDepthwiseConv1D",
    "QuantDepthwiseConv2D",
    "QuantDropout",
    "QuantFlatten",
    "QuantGlobalAveragePooling2D",
    "QuantGlobalMaxPooling2D",
    "QuantHardSigmoid",
    "QuantHardSwish",
    "QuantIdentity",
    "QuantInput",
    "QuantLayer",
    "QuantLeakyReLU",
    "QuantLearnedRangeReLU",
    "QuantMaxPooling2D",
    "QuantMultiply",
    "QuantNorm",
    "QuantPReLU",
    "QuantReLU",
    "QuantReshape",
    "QuantSeparableConv1D",
    "QuantSeparableConv2D",
    "QuantSign",
    "QuantSoftmax",
    "QuantSubtract",
    "QuantUpSampling2D",
    "QuantZeroPadding2D",
]
