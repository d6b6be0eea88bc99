"""Convolution."""

import dataclasses

import numpy as np

from pikelpn_keras.integer.nodes.linear import LinearNode
from pikelpn_keras.integer.nodes.windows import Window


@dataclasses.dataclass(frozen=True, eq=False)
class Conv2D(LinearNode):
    """A fused 2-D convolution; `kernel` is `(height, width, in channels, out channels)`.

    Attributes:
        window: size, strides, dilation and padding.
    """

    window: Window

    @property
    def channel_kernel(self):
        return self.kernel.reshape(-1, self.kernel.shape[-1])

    def accumulate(self, inputs, dtype):
        kernel = self.kernel.astype(dtype)
        sums = np.zeros((len(inputs), *self.output.shape), dtype)
        for row, column, view in self.window.taps(inputs):
            sums += view @ kernel[row, column]
        return sums
