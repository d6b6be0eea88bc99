"""Average pooling of plain 8-bit tensors."""

import dataclasses

import numpy as np

from pikelpn_keras.integer.nodes import Window
from pikelpn_keras.integer.nodes.movement import MovementNode


@dataclasses.dataclass(frozen=True, eq=False)
class StoredAveragePool2D(MovementNode):
    """AVERAGE_POOL_2D: the mean of the *stored* integers, halves away from 0.

    Places beyond the border do not count. All kernel families agree.

    Attributes:
        window: size, strides and padding.
        low: lower clamp, an integer of the grid.
        high: upper clamp.
    """

    window: Window
    low: int
    high: int

    def run(self, inputs):
        zero_point = self.output.grid.zero_point
        ones = np.ones((1, *self.inputs[0].shape), np.int64)
        counts = sum(view for _, _, view in self.window.taps(ones))
        stored = inputs.astype(np.int64) + zero_point
        sums = sum(view for _, _, view in self.window.taps(stored))
        means = (np.abs(sums) + counts // 2) // counts
        means = np.where(sums < 0, -means, means) - zero_point
        return np.clip(means, self.low, self.high).astype(np.int32)
