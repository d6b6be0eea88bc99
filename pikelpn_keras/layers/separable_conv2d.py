"""Separable convolution, each half with its own quantizer."""

import keras

from pikelpn_keras.layers.kernels import window_of
from pikelpn_keras.layers.separable import SeparableLayer


@keras.saving.register_keras_serializable("pikelpn")
class QuantSeparableConv2D(SeparableLayer, keras.layers.SeparableConv2D):
    """`keras.layers.SeparableConv2D` with Distribution-Heterogeneous Quantization.

    The weights of the two halves are distributed differently (the paper's abstract), so each half
    has its own quantizer; uniform depthwise and power-of-two pointwise weights are our reading. The
    pointwise half reads at most 8 bits, so an activation always stands between the halves. The
    output is an accumulator: follow it with QuantNorm and QuantReLU, or with QuantIdentity.

    Args:
        filters, kernel_size, strides, padding, depth_multiplier, use_bias and others: as in
            `keras.layers.SeparableConv2D`. The bias is rounded to the accumulator's grid.
            `activation` and `data_format="channels_first"` are refused.
        depthwise_quantizer: quantizer of the depthwise kernel, its name or its config.
        pointwise_quantizer: quantizer of the pointwise kernel.
        depthwise_norm: a QuantNorm between the halves, or its config; None for no norm.
        depthwise_activation: a QuantReLU or QuantIdentity between the halves, or its config; None
            for `QuantIdentity(8)`.

    Example:

    >>> import pikelpn_keras as pk
    >>> layer = QuantSeparableConv2D(
    ...     32, 3, padding="same", use_bias=False,
    ...     depthwise_norm=pk.layers.QuantNorm(), depthwise_activation=pk.layers.QuantReLU())
    >>> layer.pointwise_quantizer
    PowerOfTwoQuantizer(levels=6, per_channel=True, scale_bits=4)
    """

    def geometry(self):
        return {"window": window_of(self)}
