"""Change of shape."""

import dataclasses

from pikelpn_keras.integer.nodes.movement import MovementNode


@dataclasses.dataclass(frozen=True, eq=False)
class Reshape(MovementNode):
    """The same integers in the same order, in the shape of the output."""

    def run(self, inputs):
        return inputs.reshape(len(inputs), *self.output.shape)
