"""One-dimensional convolution with a quantized kernel."""

import keras
from keras import ops

from pikelpn_keras.layers.kernels import ConvolutionLayer
from pikelpn_keras.layers.rows import RowLayer, row_lead, row_window


@keras.saving.register_keras_serializable("pikelpn")
class QuantConv1D(RowLayer, ConvolutionLayer, keras.layers.Conv1D):
    """`keras.layers.Conv1D` with a quantized kernel.

    Its output is an accumulator: follow it with QuantNorm and QuantReLU, or with QuantIdentity. On
    the device it is a CONV_2D on an image of height 1.

    Args:
        filters, kernel_size, strides, padding, dilation_rate, use_bias and others: as in
            `keras.layers.Conv1D`, padding "causal" too. The bias is rounded to the accumulator's
            grid. `groups`, `activation` and `data_format="channels_first"` are refused.
        kernel_quantizer: a quantizer, its name or its config; see `pikelpn_keras.quantizers.get`.

    Example:

    >>> import pikelpn_keras as pk
    >>> model = keras.Sequential([
    ...     keras.Input((16, 3)), pk.layers.QuantInput(),
    ...     QuantConv1D(8, 3, padding="causal"), pk.layers.QuantReLU()])
    >>> pk.integer_graph(model).nodes[-1].output.shape
    (16, 8)
    """

    def product(self, inputs, kernel):
        inputs = ops.pad(inputs, ((0, 0), (row_lead(self), 0), (0, 0)))
        padding = row_window(self).padding
        return ops.conv(inputs, kernel, self.strides, padding, dilation_rate=self.dilation_rate)
