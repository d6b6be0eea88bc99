"""The work of fully connected layers."""

from pikelpn_keras.cost.nodes.linear import linear_work
from pikelpn_keras.cost.nodes.registry import counts
from pikelpn_keras.integer.nodes import Dense


@counts(Dense)
def dense(node):
    """Each weight is used once."""
    return linear_work(node, uses=1)
