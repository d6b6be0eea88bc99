"""Concatenation."""

import dataclasses

import numpy as np

from pikelpn_keras.integer.nodes.movement import MovementNode


@dataclasses.dataclass(frozen=True, eq=False)
class Concatenate(MovementNode):
    """The inputs side by side.

    Attributes:
        axis: the axis along which they lie, counted from 1; 0 is the batch.
    """

    axis: int

    def run(self, *inputs):
        return np.concatenate(inputs, self.axis)
