"""Enlargement by whole factors."""

import dataclasses

from pikelpn_keras.integer.nodes.movement import MovementNode


@dataclasses.dataclass(frozen=True, eq=False)
class UpSampling2D(MovementNode):
    """Every pixel becomes a block of equal pixels.

    Attributes:
        size: (height, width) of the block.
    """

    size: tuple[int, int]

    def run(self, inputs):
        return inputs.repeat(self.size[0], axis=1).repeat(self.size[1], axis=2)
