"""The work of operators that only move integers: none."""

from pikelpn_keras.cost.nodes.registry import counts
from pikelpn_keras.cost.work import Work
from pikelpn_keras.integer.nodes import MovementNode


@counts(MovementNode)
def movement(node):
    """Reshaping, padding, cropping, joining and enlarging compute nothing."""
    return Work()
