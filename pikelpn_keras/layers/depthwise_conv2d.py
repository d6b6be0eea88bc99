"""Depthwise convolution with a quantized kernel."""

import keras

from pikelpn_keras.layers.kernels import DepthwiseLayer, window_of


@keras.saving.register_keras_serializable("pikelpn")
class QuantDepthwiseConv2D(DepthwiseLayer, keras.layers.DepthwiseConv2D):
    """`keras.layers.DepthwiseConv2D` with a quantized kernel.

    Its output is an accumulator: follow it with QuantNorm and QuantReLU, or with QuantIdentity.

    Args:
        kernel_size, strides, padding, depth_multiplier, dilation_rate, use_bias and others: as in
            `keras.layers.DepthwiseConv2D`. The bias is rounded to the accumulator's grid.
            `activation` and `data_format="channels_first"` are refused.
        depthwise_quantizer: a quantizer, its name or its config; see
            `pikelpn_keras.quantizers.get`.

    Example:

    >>> import pikelpn_keras as pk
    >>> model = keras.Sequential([
    ...     keras.Input((8, 8, 3)), pk.layers.QuantInput(),
    ...     QuantDepthwiseConv2D(3, use_bias=False), pk.layers.QuantNorm(), pk.layers.QuantReLU()])
    >>> model.output_shape
    (None, 6, 6, 3)
    """

    def geometry(self):
        return {"window": window_of(self)}
