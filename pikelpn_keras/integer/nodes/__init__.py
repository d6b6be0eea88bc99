"""The operators of an `IntegerGraph`, one file each."""

from pikelpn_keras.integer.nodes.add import Add
from pikelpn_keras.integer.nodes.base import Node, Tensor
from pikelpn_keras.integer.nodes.conv2d import Conv2D
from pikelpn_keras.integer.nodes.dense import Dense
from pikelpn_keras.integer.nodes.depthwise_conv2d import DepthwiseConv2D
from pikelpn_keras.integer.nodes.global_average_pool import GlobalAveragePool
from pikelpn_keras.integer.nodes.linear import LinearNode
from pikelpn_keras.integer.nodes.subtract import Subtract
from pikelpn_keras.integer.nodes.windows import Window

__all__ = [
    "Add",
    "Conv2D",
    "Dense",
    "DepthwiseConv2D",
    "GlobalAveragePool",
    "LinearNode",
    "Node",
    "Subtract",
    "Tensor",
    "Window",
]
