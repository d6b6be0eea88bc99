"""One-dimensional separable convolution, each half with its own quantizer."""

import keras

from pikelpn_keras.layers.rows import enter_row, row_of, row_window
from pikelpn_keras.layers.separable import SeparableLayer


@keras.saving.register_keras_serializable("pikelpn")
class QuantSeparableConv1D(SeparableLayer, keras.layers.SeparableConv1D):
    """`keras.layers.SeparableConv1D` with Distribution-Heterogeneous Quantization.

    It is `QuantSeparableConv2D` on sequences: on the device both halves are convolutions on an
    image of height 1.

    Args:
        filters, kernel_size, strides, padding, depth_multiplier, dilation_rate, use_bias and
        others:
            as in `keras.layers.SeparableConv1D`. The bias is rounded to the accumulator's grid.
            `activation` and `data_format="channels_first"` are refused.
        depthwise_quantizer: quantizer of the depthwise kernel, its name or its config.
        pointwise_quantizer: quantizer of the pointwise kernel.
        depthwise_norm: a QuantNorm between the halves, or its config; None for no norm.
        depthwise_activation: a QuantReLU or QuantIdentity between the halves, or its config; None
            for `QuantIdentity(8)`.

    Example:

    >>> import pikelpn_keras as pk
    >>> model = keras.Sequential([
    ...     keras.Input((16, 3)), pk.layers.QuantInput(),
    ...     QuantSeparableConv1D(8, 3, padding="same"), pk.layers.QuantReLU()])
    >>> model.output_shape
    (None, 16, 8)
    """

    def geometry(self):
        return {"window": row_window(self, self.padding)}

    def enter(self, graph, value):
        return enter_row(self, graph, value)

    def image_of(self, accumulator):
        return row_of(accumulator)
