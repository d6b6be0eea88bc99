"""Depthwise convolution."""

import dataclasses

import numpy as np

from pikelpn_keras.integer.nodes.linear import LinearNode
from pikelpn_keras.integer.nodes.windows import Window


@dataclasses.dataclass(frozen=True, eq=False)
class DepthwiseConv2D(LinearNode):
    """A fused depthwise convolution; `kernel` is `(height, width, in channels * multiplier)`.

    Output channel `c * multiplier + m` reads input channel c, as in Keras and TFLite.

    Attributes:
        window: size, strides, dilation and padding.
    """

    window: Window

    @property
    def depth_multiplier(self):
        """Output channels for each input channel."""
        return self.kernel.shape[-1] // self.inputs[0].shape[-1]

    @property
    def channel_kernel(self):
        return self.kernel.reshape(-1, self.kernel.shape[-1])

    def accumulate(self, inputs, dtype):
        kernel = self.kernel.astype(dtype)
        repeated = np.repeat(inputs, self.depth_multiplier, axis=-1)
        sums = np.zeros((len(inputs), *self.output.shape), dtype)
        for row, column, view in self.window.taps(repeated):
            sums += view * kernel[row, column]
        return sums
