"""Separable convolution, each half with its own quantizer."""

import keras
from keras import ops

from pikelpn_keras import quantizers
from pikelpn_keras.integer import nodes
from pikelpn_keras.integer.nodes import Window
from pikelpn_keras.layers.activation import QuantIdentity
from pikelpn_keras.layers.base import QuantLayer
from pikelpn_keras.layers.kernels import (
    get_quantizer,
    lower_product,
    multiply,
    refuse_activation,
    refuse_channels_first,
    window_of,
)


@keras.saving.register_keras_serializable("pikelpn")
class QuantSeparableConv2D(QuantLayer, keras.layers.SeparableConv2D):
    """`keras.layers.SeparableConv2D` with Distribution-Heterogeneous Quantization.

    The weights of the two halves are distributed differently (the paper's abstract), so each half
    has its own quantizer; uniform depthwise and power-of-two pointwise weights are our reading. The
    pointwise half reads at most 8 bits, so an activation always stands between the halves. The
    output is an accumulator: follow it with QuantNorm and QuantReLU, or with QuantIdentity.

    Args:
        filters, kernel_size, strides, padding, depth_multiplier, dilation_rate, use_bias and
        others:
            as in `keras.layers.SeparableConv2D`. The bias is rounded to the accumulator's grid.
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

    def __init__(
        self,
        filters,
        kernel_size,
        *args,
        depthwise_quantizer="uniform4",
        pointwise_quantizer="power_of_two6",
        depthwise_norm=None,
        depthwise_activation=None,
        **kwargs,
    ):
        super().__init__(filters, kernel_size, *args, **kwargs)
        refuse_activation(self)
        refuse_channels_first(self)
        self.depthwise_quantizer = get_quantizer(self, "depthwise_quantizer", depthwise_quantizer)
        self.pointwise_quantizer = get_quantizer(self, "pointwise_quantizer", pointwise_quantizer)
        self.depthwise_norm = _layer(depthwise_norm)
        self.depthwise_activation = _layer(depthwise_activation) or QuantIdentity(
            name="depthwise_identity"
        )

    def build(self, input_shape):
        super().build(input_shape)
        shape = self._depthwise_shape(input_shape)
        for layer in self._between():
            if not layer.built:
                layer.build(shape)

    def call(self, inputs, training=None):
        outputs = multiply(
            self,
            inputs,
            self.depthwise_kernel,
            self.depthwise_quantizer,
            (-2, -1),
            self._depthwise_product,
            None,
        )
        for layer in self._between():
            outputs = layer(outputs, training=training)
        return multiply(
            self,
            outputs,
            self.pointwise_kernel,
            self.pointwise_quantizer,
            (-1,),
            ops.conv,
            self.bias,
        )

    def lower(self, graph, value):
        shape = self._depthwise_shape((None, *value.shape))[1:]
        value = lower_product(
            self,
            f"{self.name}/depthwise",
            value,
            self.depthwise_kernel,
            self.depthwise_quantizer,
            (-2, -1),
            None,
            node_type=nodes.DepthwiseConv2D,
            geometry={"window": window_of(self)},
            shape=shape,
        )
        for layer in self._between():
            value = layer.lower(graph, value)
        return lower_product(
            self,
            f"{self.name}/pointwise",
            value,
            self.pointwise_kernel,
            self.pointwise_quantizer,
            (-1,),
            self.bias,
            node_type=nodes.Conv2D,
            geometry={"window": Window((1, 1), (1, 1), (1, 1), "valid")},
            shape=(*shape[:-1], self.filters),
        )

    def get_config(self):
        return {
            **super().get_config(),
            "depthwise_quantizer": quantizers.serialize(self.depthwise_quantizer),
            "pointwise_quantizer": quantizers.serialize(self.pointwise_quantizer),
            "depthwise_norm": self.depthwise_norm and keras.layers.serialize(self.depthwise_norm),
            "depthwise_activation": keras.layers.serialize(self.depthwise_activation),
        }

    def _between(self):
        return [layer for layer in (self.depthwise_norm, self.depthwise_activation) if layer]

    def _depthwise_product(self, inputs, kernel):
        return ops.depthwise_conv(
            inputs, kernel, self.strides, self.padding, dilation_rate=self.dilation_rate
        )

    def _depthwise_shape(self, input_shape):
        channels = input_shape[-1] * self.depth_multiplier
        return (*self.compute_output_shape(input_shape)[:-1], channels)


def _layer(identifier):
    """The layer of a config dict; a layer or None as it is."""
    return keras.layers.deserialize(identifier) if isinstance(identifier, dict) else identifier
