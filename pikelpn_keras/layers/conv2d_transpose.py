"""Transposed convolution with a quantized kernel."""

import dataclasses

import keras
from keras import ops

from pikelpn_keras.integer.nodes import Conv2DTranspose
from pikelpn_keras.layers.base import refuse
from pikelpn_keras.layers.kernels import KernelLayer, refuse_channels_first


@keras.saving.register_keras_serializable("pikelpn")
class QuantConv2DTranspose(KernelLayer, keras.layers.Conv2DTranspose):
    """`keras.layers.Conv2DTranspose` with a quantized kernel.

    Its output is an accumulator: follow it with QuantNorm and QuantReLU, or with QuantIdentity. On
    the device it is a CONV_2D that computes all phases of the output, and a DEPTH_TO_SPACE. Kernels
    whose size is a multiple of the stride cost least: with 3 x 3 taps and stride 2, zeros are 7 of
    16 weights. The taps of a dilated kernel have zeros between them there.

    Args:
        filters, kernel_size, strides, padding, output_padding, dilation_rate, use_bias and others:
            as in `keras.layers.Conv2DTranspose`. The bias is rounded to the accumulator's grid.
            Unequal `strides`, `activation` and `data_format="channels_first"` are refused.
        kernel_quantizer: a quantizer, its name or its config; see `pikelpn_keras.quantizers.get`.

    Example:

    >>> import pikelpn_keras as pk
    >>> model = keras.Sequential([
    ...     keras.Input((8, 8, 3)), pk.layers.QuantInput(),
    ...     QuantConv2DTranspose(4, 3, strides=2, padding="same"), pk.layers.QuantReLU()])
    >>> model.output_shape
    (None, 16, 16, 4)
    """

    node_type = Conv2DTranspose

    def __init__(self, filters, kernel_size, *args, kernel_quantizer="uniform4", **kwargs):
        super().__init__(filters, kernel_size, *args, quantizer=kernel_quantizer, **kwargs)
        refuse_channels_first(self)
        refuse(
            self,
            self.strides[0] != self.strides[1],
            f"takes equal strides, as DEPTH_TO_SPACE does, not {self.strides}",
        )
        refuse(
            self,
            self.padding == "same"
            and any(
                size % 2 == 0 and more == 0
                for size, more in zip(self._extent, self.output_padding or (), strict=False)
            ),
            f"cuts more than a stride off with padding 'same', output_padding "
            f"{self.output_padding} and kernels of an even size; leave output_padding out",
        )

    def ordered_kernel(self):
        return _channels_last(ops.convert_to_tensor(self.kernel))

    def product(self, inputs, kernel):
        return ops.conv_transpose(
            inputs,
            _channels_last(self._dilated(kernel)),
            strides=self.strides,
            padding=self.padding,
            output_padding=self.output_padding,
        )

    def lower(self, graph, value):
        accumulator = super().lower(graph, value)
        kernel = ops.convert_to_numpy(self._dilated(accumulator.kernel))
        sums = [
            (size - 1) * stride + extent
            for size, stride, extent in zip(
                value.shape[:2], self.strides, self._extent, strict=True
            )
        ]
        cut = [max(s - kept, 0) // 2 for s, kept in zip(sums, accumulator.shape[:2], strict=True)]
        corner = tuple(cut) if self.padding == "same" else (0, 0)
        geometry = {"stride": self.strides[0], "corner": corner}
        return dataclasses.replace(accumulator, kernel=kernel, geometry=geometry)

    @property
    def _extent(self):
        """(height, width) that the taps span."""
        return tuple(
            (size - 1) * rate + 1
            for size, rate in zip(self.kernel_size, self.dilation_rate, strict=True)
        )

    def _dilated(self, kernel):
        """A kernel `(height, width, in, out)` with zeros between its taps."""
        if self.dilation_rate == (1, 1):
            return kernel
        (rows, columns), (height, width) = self.dilation_rate, self.kernel_size
        kernel = ops.reshape(kernel, (height, 1, width, 1, *kernel.shape[2:]))
        spread = ops.pad(kernel, ((0, 0), (0, rows - 1), (0, 0), (0, columns - 1), (0, 0), (0, 0)))
        spread = ops.reshape(spread, (height * rows, width * columns, *kernel.shape[4:]))
        return spread[: self._extent[0], : self._extent[1]]


def _channels_last(kernel):
    """A kernel `(height, width, out, in)` as `(height, width, in, out)`, and back."""
    return ops.transpose(kernel, (0, 1, 3, 2))
