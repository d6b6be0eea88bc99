"""Cut-out of an image."""

import dataclasses

from pikelpn_keras.integer.nodes.movement import MovementNode


@dataclasses.dataclass(frozen=True, eq=False)
class Crop2D(MovementNode):
    """The image from a corner on, as large as the output.

    Attributes:
        corner: (top, left) rows and columns that are cut off.
    """

    corner: tuple[int, int]

    def run(self, inputs):
        (top, left), (height, width, _) = self.corner, self.output.shape
        return inputs[:, top : top + height, left : left + width]
