"""Transposed convolution."""

import dataclasses

import numpy as np

from pikelpn_keras.integer.nodes.linear import LinearNode


@dataclasses.dataclass(frozen=True, eq=False)
class Conv2DTranspose(LinearNode):
    """A fused transposed convolution; `kernel` is `(height, width, in channels, out channels)`.

    Every input pixel adds its product with the kernel to the output, `stride` apart from its
    neighbour's.

    Attributes:
        stride: output pixels for each input pixel, vertically and horizontally.
        corner: (top, left) rows and columns of the sums that padding "same" cuts off.
    """

    stride: int
    corner: tuple[int, int]

    @property
    def channel_kernel(self):
        return self.kernel.reshape(-1, self.kernel.shape[-1])

    def accumulate(self, inputs, dtype):
        kernel = self.kernel.astype(dtype)
        batch, height, width, _ = inputs.shape
        stride, (top, left) = self.stride, self.corner
        # Output that lies beyond every tap is zero.
        rows, columns = (
            max((size - 1) * stride + taps, cut + kept)
            for size, taps, cut, kept in zip(
                (height, width), kernel.shape[:2], self.corner, self.output.shape[:2], strict=True
            )
        )
        sums = np.zeros((batch, rows, columns, kernel.shape[-1]), dtype)
        for row, column in np.ndindex(*kernel.shape[:2]):
            sums[
                :,
                row : row + (height - 1) * stride + 1 : stride,
                column : column + (width - 1) * stride + 1 : stride,
            ] += inputs @ kernel[row, column]
        return sums[:, top : top + self.output.shape[0], left : left + self.output.shape[1]]
