"""The work of convolutions."""

import math

from pikelpn_keras.cost.nodes.linear import linear_work
from pikelpn_keras.cost.nodes.registry import counts
from pikelpn_keras.integer.nodes import Conv2D


@counts(Conv2D)
def conv2d(node):
    """Each weight is used once for each pixel."""
    return linear_work(node, uses=math.prod(node.output.shape[:-1]))
