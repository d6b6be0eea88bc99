"""The work of depthwise convolutions."""

import math

from pikelpn_keras.cost.nodes.linear import linear_work
from pikelpn_keras.cost.nodes.registry import counts
from pikelpn_keras.integer.nodes import DepthwiseConv2D


@counts(DepthwiseConv2D)
def depthwise_conv2d(node):
    """Each weight is used once for each pixel."""
    return linear_work(node, uses=math.prod(node.output.shape[:-1]))
