"""The work of transposed convolutions, whose weights meet each input pixel once."""

import math

from pikelpn_keras.cost.nodes.linear import linear_work
from pikelpn_keras.cost.nodes.registry import counts
from pikelpn_keras.integer.nodes import Conv2DTranspose


@counts(Conv2DTranspose)
def conv2d_transpose(node):
    """Each weight is used once for each pixel."""
    return linear_work(node, uses=math.prod(node.inputs[0].shape[:-1]))
