"""Average pooling."""

import dataclasses
import math

import numpy as np

from pikelpn_keras.integer.nodes.base import Node
from pikelpn_keras.integer.nodes.windows import Window


@dataclasses.dataclass(frozen=True, eq=False)
class AveragePool2D(Node):
    """`floor(sum(x) / count + 1/2)` under each place of a window that stays within the image.

    Attributes:
        window: size and strides; its places need no padding.
    """

    window: Window

    def __post_init__(self):
        pads = self.window.pads(self.inputs[0].shape[:2])
        if self.inputs[0].grid != self.output.grid or pads != ((0, 0), (0, 0)):
            raise ValueError(
                f"pool '{self.name}' averages within an image, on one grid; it is given the grids "
                f"{self.inputs[0].grid} and {self.output.grid} and a border of {pads}"
            )

    @property
    def count(self):
        """Positions that are averaged."""
        return math.prod(self.window.size)

    def run(self, inputs):
        sums = sum(view.astype(np.int64) for _, _, view in self.window.taps(inputs))
        return ((2 * sums + self.count) // (2 * self.count)).astype(np.int32)
