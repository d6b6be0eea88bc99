"""One-dimensional depthwise convolution with a quantized kernel."""

import keras

from pikelpn_keras.layers.kernels import DepthwiseLayer
from pikelpn_keras.layers.rows import RowLayer


@keras.saving.register_keras_serializable("pikelpn")
class QuantDepthwiseConv1D(RowLayer, DepthwiseLayer, keras.layers.DepthwiseConv1D):
    """`keras.layers.DepthwiseConv1D` with a quantized kernel.

    It is `QuantDepthwiseConv2D` on sequences, and takes the same arguments. On the device it is a
    DEPTHWISE_CONV_2D on an image of height 1.

    Example:

    >>> import pikelpn_keras as pk
    >>> model = keras.Sequential([
    ...     keras.Input((16, 3)), pk.layers.QuantInput(),
    ...     QuantDepthwiseConv1D(3, strides=2), pk.layers.QuantReLU()])
    >>> model.output_shape
    (None, 7, 3)
    """
