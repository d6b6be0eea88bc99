"""Depthwise convolution with a quantized kernel."""

import keras
from keras import ops

from pikelpn_keras import quantizers
from pikelpn_keras.integer.nodes import DepthwiseConv2D
from pikelpn_keras.layers.kernels import (
    KernelLayer,
    get_quantizer,
    refuse_channels_first,
    window_of,
)


@keras.saving.register_keras_serializable("pikelpn")
class QuantDepthwiseConv2D(KernelLayer, keras.layers.DepthwiseConv2D):
    """`keras.layers.DepthwiseConv2D` with a quantized kernel.

    Its output is an accumulator: follow it with QuantNorm and QuantReLU, or with QuantIdentity.

    Args:
        kernel_size, strides, padding, depth_multiplier, dilation_rate, use_bias and others: as in
            `keras.layers.DepthwiseConv2D`. The bias is rounded to the accumulator's grid.
            `activation` and `data_format="channels_first"` are refused.
        depthwise_quantizer: a quantizer, its name or its config; see
            `pikelpn_keras.quantizers.get`.
    """

    node_type = DepthwiseConv2D
    channel_axes = (-2, -1)

    def __init__(self, kernel_size, *args, depthwise_quantizer="uniform4", **kwargs):
        super().__init__(kernel_size, *args, **kwargs)
        refuse_channels_first(self)
        self.depthwise_quantizer = get_quantizer(self, "depthwise_quantizer", depthwise_quantizer)

    @property
    def quantizer(self):
        return self.depthwise_quantizer

    def product(self, inputs, kernel):
        return ops.depthwise_conv(
            inputs, kernel, self.strides, self.padding, dilation_rate=self.dilation_rate
        )

    def geometry(self):
        return {"window": window_of(self)}

    def get_config(self):
        return {
            **super().get_config(),
            "depthwise_quantizer": quantizers.serialize(self.depthwise_quantizer),
        }
