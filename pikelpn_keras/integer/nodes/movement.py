"""Operators that move or pick integers and compute none."""

import dataclasses

from pikelpn_keras.integer.nodes.base import Node


@dataclasses.dataclass(frozen=True, eq=False)
class MovementNode(Node):
    """Base of the operators without arithmetic: inputs and output lie on one grid.

    Raises:
        ValueError: if the grids differ.
    """

    def __post_init__(self):
        for tensor in self.inputs:
            if tensor.grid != self.output.grid:
                raise ValueError(
                    f"'{self.name}' moves integers from {tensor.grid} to {self.output.grid}; "
                    "both grids must be one"
                )
