"""Convolution with a quantized kernel."""

import keras

from pikelpn_keras.layers.kernels import ConvolutionLayer, window_of


@keras.saving.register_keras_serializable("pikelpn")
class QuantConv2D(ConvolutionLayer, keras.layers.Conv2D):
    """`keras.layers.Conv2D` with a quantized kernel.

    Its output is an accumulator, exact in float32: follow it with QuantNorm and QuantReLU, or with
    QuantIdentity. The three become one operator. Inputs must be on a grid of at most 8 bits.

    Args:
        filters, kernel_size, strides, padding, dilation_rate, use_bias and others: as in
            `keras.layers.Conv2D`. The bias is rounded to the accumulator's grid. `groups`,
            `activation` and `data_format="channels_first"` are refused.
        kernel_quantizer: a quantizer, its name or its config; see `pikelpn_keras.quantizers.get`.

    Example:

    >>> import numpy as np, pikelpn_keras as pk
    >>> model = keras.Sequential([
    ...     keras.Input((8, 8, 3)), pk.layers.QuantInput(),
    ...     QuantConv2D(16, 3, kernel_quantizer="uniform7"), pk.layers.QuantReLU()])
    >>> model.predict(np.zeros((1, 8, 8, 3), "uint8"), verbose=0).shape
    (1, 6, 6, 16)
    """

    def geometry(self):
        return {"window": window_of(self)}
