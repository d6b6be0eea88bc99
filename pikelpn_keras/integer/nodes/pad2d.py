"""Zeros around an image."""

import dataclasses

import numpy as np

from pikelpn_keras.integer.nodes.movement import MovementNode


@dataclasses.dataclass(frozen=True, eq=False)
class Pad2D(MovementNode):
    """The image within a border of zeros.

    Attributes:
        pads: ((top, bottom), (left, right)) widths of the border.
    """

    pads: tuple[tuple[int, int], tuple[int, int]]

    def run(self, inputs):
        return np.pad(inputs, ((0, 0), *self.pads, (0, 0)))
