"""Channels to pixels."""

import dataclasses

from pikelpn_keras.integer.nodes.movement import MovementNode


@dataclasses.dataclass(frozen=True, eq=False)
class DepthToSpace(MovementNode):
    """The channels of each pixel become a block of pixels.

    Channel `(row * block_size + column) * channels + c` goes to the pixel (row, column) of the
    block and its channel c, as in TensorFlow.

    Attributes:
        block_size: height and width of a block.
    """

    block_size: int

    def run(self, inputs):
        batch, height, width, _ = inputs.shape
        block = self.block_size
        blocks = inputs.reshape(batch, height, width, block, block, -1)
        return blocks.transpose(0, 1, 3, 2, 4, 5).reshape(batch, *self.output.shape)
