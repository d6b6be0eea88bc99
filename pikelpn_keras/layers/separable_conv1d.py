"""One-dimensional separable convolution, each half with its own quantizer."""

import keras

from pikelpn_keras.layers.rows import RowLayer
from pikelpn_keras.layers.separable import SeparableLayer


@keras.saving.register_keras_serializable("pikelpn")
class QuantSeparableConv1D(RowLayer, SeparableLayer, keras.layers.SeparableConv1D):
    """`keras.layers.SeparableConv1D` with Distribution-Heterogeneous Quantization.

    It is `QuantSeparableConv2D` on sequences, and takes the same arguments. On the device both
    halves are convolutions on an image of height 1.

    Example:

    >>> import pikelpn_keras as pk
    >>> model = keras.Sequential([
    ...     keras.Input((16, 3)), pk.layers.QuantInput(),
    ...     QuantSeparableConv1D(8, 3, padding="same"), pk.layers.QuantReLU()])
    >>> model.output_shape
    (None, 16, 8)
    """
