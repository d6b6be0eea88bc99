"""The operators of an `IntegerGraph`, one file each."""

from pikelpn_keras.integer.nodes.add import Add
from pikelpn_keras.integer.nodes.average_pool2d import AveragePool2D
from pikelpn_keras.integer.nodes.base import Node, Tensor
from pikelpn_keras.integer.nodes.concatenate import Concatenate
from pikelpn_keras.integer.nodes.conv2d import Conv2D
from pikelpn_keras.integer.nodes.conv2d_transpose import Conv2DTranspose
from pikelpn_keras.integer.nodes.crop2d import Crop2D
from pikelpn_keras.integer.nodes.dense import Dense
from pikelpn_keras.integer.nodes.depth_to_space import DepthToSpace
from pikelpn_keras.integer.nodes.depthwise_conv2d import DepthwiseConv2D
from pikelpn_keras.integer.nodes.global_average_pool import GlobalAveragePool
from pikelpn_keras.integer.nodes.linear import LinearNode
from pikelpn_keras.integer.nodes.lookup import Lookup
from pikelpn_keras.integer.nodes.max_pool2d import MaxPool2D
from pikelpn_keras.integer.nodes.maximum import Maximum
from pikelpn_keras.integer.nodes.movement import MovementNode
from pikelpn_keras.integer.nodes.multiply import Multiply
from pikelpn_keras.integer.nodes.pad2d import Pad2D
from pikelpn_keras.integer.nodes.reshape import Reshape
from pikelpn_keras.integer.nodes.softmax import Softmax
from pikelpn_keras.integer.nodes.subtract import Subtract
from pikelpn_keras.integer.nodes.up_sampling2d import UpSampling2D
from pikelpn_keras.integer.nodes.windows import Window

__all__ = [
    "Add",
    "AveragePool2D",
    "Concatenate",
    "Conv2D",
    "Conv2DTranspose",
    "Crop2D",
    "Dense",
    "DepthToSpace",
    "DepthwiseConv2D",
    "GlobalAveragePool",
    "LinearNode",
    "Lookup",
    "MaxPool2D",
    "Maximum",
    "MovementNode",
    "Multiply",
    "Node",
    "Pad2D",
    "Reshape",
    "Softmax",
    "Subtract",
    "Tensor",
    "UpSampling2D",
    "Window",
]
