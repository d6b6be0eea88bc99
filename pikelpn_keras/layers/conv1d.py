"""One-dimensional convolution with a quantized kernel."""

import keras
from keras import ops

from pikelpn_keras import quantizers
from pikelpn_keras.integer.nodes import Conv2D, Pad2D, Tensor
from pikelpn_keras.layers.base import refuse
from pikelpn_keras.layers.kernels import (
    KernelLayer,
    get_quantizer,
    lower_product,
    refuse_channels_first,
)
from pikelpn_keras.layers.rows import enter_row, row_of, row_window


@keras.saving.register_keras_serializable("pikelpn")
class QuantConv1D(KernelLayer, keras.layers.Conv1D):
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

    def __init__(self, filters, kernel_size, *args, kernel_quantizer="uniform4", **kwargs):
        super().__init__(filters, kernel_size, *args, **kwargs)
        refuse_channels_first(self)
        refuse(self, self.groups != 1, "has groups, which no exact operator serves; use groups=1")
        self.kernel_quantizer = get_quantizer(self, "kernel_quantizer", kernel_quantizer)

    def product(self, inputs, kernel):
        if self._lead:
            inputs = ops.pad(inputs, ((0, 0), (self._lead, 0), (0, 0)))
        return ops.conv(
            inputs, kernel, self.strides, self._padding, dilation_rate=self.dilation_rate
        )

    def lower(self, graph, value):
        source = self._led(graph, enter_row(self, graph, value))
        return row_of(
            lower_product(
                self,
                self.name,
                source,
                self.kernel,
                self.quantizer,
                self.channel_axes,
                self.bias,
                node_type=Conv2D,
                geometry={"window": row_window(self, self._padding)},
                shape=self.compute_output_shape((None, *value.shape))[1:],
            )
        )

    def get_config(self):
        return {
            **super().get_config(),
            "kernel_quantizer": quantizers.serialize(self.kernel_quantizer),
        }

    @property
    def _lead(self):
        """Zeros before the first step, with which padding "causal" begins."""
        causal = self.padding == "causal"
        return (self.kernel_size[0] - 1) * self.dilation_rate[0] if causal else 0

    @property
    def _padding(self):
        """The padding behind the lead."""
        return "valid" if self.padding == "causal" else self.padding

    def _led(self, graph, row):
        """The image `row` with the lead before it."""
        if not self._lead:
            return row
        height, width, channels = row.shape
        name = graph.unique_name(f"{self.name}/causal")
        output = Tensor(name, (height, width + self._lead, channels), row.grid)
        return graph.add(Pad2D((row,), output, ((0, 0), (self._lead, 0))))
