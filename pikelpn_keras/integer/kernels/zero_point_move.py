"""Change of the zero point."""

import dataclasses

import numpy as np

from pikelpn_keras.integer.nodes import Node


@dataclasses.dataclass(frozen=True, eq=False)
class ZeroPointMove(Node):
    """`clamp(x)`: QUANTIZE between tensors of one scale, such as uint8 pixels to int8.

    Raises:
        ValueError: if the scales differ.
    """

    def __post_init__(self):
        scales = [tensor.grid.scale for tensor in (self.inputs[0], self.output)]
        if scales[0] != scales[1]:
            raise ValueError(f"'{self.name}' moves integers between the scales {scales}")

    def run(self, inputs):
        return np.clip(inputs, self.output.grid.low, self.output.grid.high)
