"""Transposed convolution with a quantized kernel."""

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
    16 weights.

    Args:
        filters, kernel_size, strides, padding, use_bias and others: as in
            `keras.layers.Conv2DTranspose`. The bias is rounded to the accumulator's grid. Unequal
            `strides`, `output_padding`, `dilation_rate`, `activation` and
            `data_format="channels_first"` are refused.
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
            self.output_padding is not None,
            "takes no output_padding; put QuantZeroPadding2D or QuantCropping2D behind it",
        )
        refuse(self, self.dilation_rate != (1, 1), "takes no dilation_rate; use a larger kernel")

    def ordered_kernel(self):
        return _channels_last(ops.convert_to_tensor(self.kernel))

    def product(self, inputs, kernel):
        return ops.conv_transpose(
            inputs, _channels_last(kernel), strides=self.strides, padding=self.padding
        )

    def geometry(self):
        overlap = [max(size - self.strides[0], 0) for size in self.kernel_size]
        corner = tuple(o // 2 if self.padding == "same" else 0 for o in overlap)
        return {"stride": self.strides[0], "corner": corner}


def _channels_last(kernel):
    """A kernel `(height, width, out, in)` as `(height, width, in, out)`, and back."""
    return ops.transpose(kernel, (0, 1, 3, 2))
