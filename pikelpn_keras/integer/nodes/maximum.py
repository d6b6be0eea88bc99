"""The larger of two tensors."""

import dataclasses

import numpy as np

from pikelpn_keras.integer.nodes.base import Node


@dataclasses.dataclass(frozen=True, eq=False)
class Maximum(Node):
    """`max(a, b)`: both inputs and the output lie on one grid.

    Raises:
        ValueError: if the grids differ.
    """

    def __post_init__(self):
        grids = [tensor.grid for tensor in (*self.inputs, self.output)]
        if len(set(grids)) > 1:
            raise ValueError(f"maximum '{self.name}' meets the grids {grids}; all must be equal")

    def run(self, first, second):
        return np.maximum(first, second)
