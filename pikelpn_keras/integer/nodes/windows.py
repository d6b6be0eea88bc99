"""Sliding windows as TensorFlow and TFLite place them."""

import dataclasses

import numpy as np


@dataclasses.dataclass(frozen=True)
class Window:
    """A two-dimensional sliding window.

    Attributes:
        size: (height, width) in taps.
        strides: (vertical, horizontal).
        dilation: (vertical, horizontal) distance of taps.
        padding: "same" or "valid".

    Example:

    >>> Window((3, 3), (2, 2), (1, 1), "same").output_size((28, 28))
    (14, 14)
    """

    size: tuple[int, int]
    strides: tuple[int, int]
    dilation: tuple[int, int]
    padding: str

    @property
    def extent(self):
        """(height, width) that the taps span."""
        return tuple((k - 1) * d + 1 for k, d in zip(self.size, self.dilation, strict=True))

    def output_size(self, size):
        """(height, width) of the output for an input of `size` (height, width)."""
        if self.padding == "same":
            return tuple(-(-n // s) for n, s in zip(size, self.strides, strict=True))
        return tuple(
            (n - e) // s + 1 for n, e, s in zip(size, self.extent, self.strides, strict=True)
        )

    def pads(self, size):
        """((top, bottom), (left, right)) zeros around an input of `size`."""
        if self.padding == "valid":
            return ((0, 0), (0, 0))
        totals = [
            max((out - 1) * s + e - n, 0)
            for n, out, s, e in zip(
                size, self.output_size(size), self.strides, self.extent, strict=True
            )
        ]
        return tuple((total // 2, total - total // 2) for total in totals)

    def taps(self, inputs, fill=0):
        """Yields `(row, column, view)` for every tap.

        Args:
            inputs: array `(batch, height, width, channels)`.
            fill: what taps beyond the border meet.

        Yields:
            The tap's indices and the inputs it meets, `(batch, out height, out width, channels)`.
        """
        size = inputs.shape[1:3]
        padded = np.pad(inputs, ((0, 0), *self.pads(size), (0, 0)), constant_values=fill)
        out_height, out_width = self.output_size(size)
        for row in range(self.size[0]):
            for column in range(self.size[1]):
                top, left = row * self.dilation[0], column * self.dilation[1]
                yield (
                    row,
                    column,
                    padded[
                        :,
                        top : top + (out_height - 1) * self.strides[0] + 1 : self.strides[0],
                        left : left + (out_width - 1) * self.strides[1] + 1 : self.strides[1],
                    ],
                )
