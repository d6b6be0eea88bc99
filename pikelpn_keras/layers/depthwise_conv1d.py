"""One-dimensional depthwise convolution with a quantized kernel."""

import keras
from keras import ops

from pikelpn_keras import quantizers
from pikelpn_keras.integer.nodes import DepthwiseConv2D
from pikelpn_keras.layers.kernels import (
    KernelLayer,
    get_quantizer,
    lower_product,
    refuse_channels_first,
)
from pikelpn_keras.layers.rows import enter_row, row_of, row_window


@keras.saving.register_keras_serializable("pikelpn")
class QuantDepthwiseConv1D(KernelLayer, keras.layers.DepthwiseConv1D):
    """`keras.layers.DepthwiseConv1D` with a quantized kernel.

    Its output is an accumulator: follow it with QuantNorm and QuantReLU, or with QuantIdentity. On
    the device it is a DEPTHWISE_CONV_2D on an image of height 1.

    Args:
        kernel_size, strides, padding, depth_multiplier, dilation_rate, use_bias and others: as in
            `keras.layers.DepthwiseConv1D`. The bias is rounded to the accumulator's grid.
            `activation` and `data_format="channels_first"` are refused.
        depthwise_quantizer: a quantizer, its name or its config; see
            `pikelpn_keras.quantizers.get`.
    """

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

    def lower(self, graph, value):
        return row_of(
            lower_product(
                self,
                self.name,
                enter_row(self, graph, value),
                self.kernel,
                self.quantizer,
                self.channel_axes,
                self.bias,
                node_type=DepthwiseConv2D,
                geometry={"window": row_window(self, self.padding)},
                shape=self.compute_output_shape((None, *value.shape))[1:],
            )
        )

    def get_config(self):
        return {
            **super().get_config(),
            "depthwise_quantizer": quantizers.serialize(self.depthwise_quantizer),
        }
