"""Maximum pooling."""

import dataclasses

import numpy as np

from pikelpn_keras.integer.nodes.movement import MovementNode
from pikelpn_keras.integer.nodes.windows import Window


@dataclasses.dataclass(frozen=True, eq=False)
class MaxPool2D(MovementNode):
    """The largest integer under each place of a window; places beyond the border do not count.

    Attributes:
        window: size, strides, dilation and padding.
    """

    window: Window

    def run(self, inputs):
        views = self.window.taps(inputs, fill=self.inputs[0].grid.low)
        _, _, largest = next(views)
        for _, _, view in views:
            largest = np.maximum(largest, view)
        return largest
