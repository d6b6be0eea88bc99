"""Global average pooling."""

import dataclasses
import math

import numpy as np

from pikelpn_keras.integer.nodes.base import Node


@dataclasses.dataclass(frozen=True, eq=False)
class GlobalAveragePool(Node):
    """`clamp(floor(sum(x) * 2**up / count + 1/2))` over all positions of an image.

    `up` is how much finer the output grid is than the input's: never negative.
    """

    def __post_init__(self):
        if self.up < 0:
            raise ValueError(f"pool '{self.name}' has an output grid coarser than its input grid")

    @property
    def up(self):
        """Input exponent less output exponent."""
        return self.inputs[0].grid.exponent - self.output.grid.exponent

    @property
    def count(self):
        """Positions that are averaged."""
        return math.prod(self.inputs[0].shape[:-1])

    def run(self, inputs):
        sums = inputs.sum(axis=(1, 2), dtype=np.int64) << self.up
        means = (2 * sums + self.count) // (2 * self.count)
        grid = self.output.grid
        means = np.clip(means, grid.low, grid.high).astype(np.int32)
        return means.reshape(len(inputs), *self.output.shape)
