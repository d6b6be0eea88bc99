"""What the layers with a kernel share: quantize it, multiply, and say the same in integers."""

import keras
import numpy as np
from keras import ops

from pikelpn_keras import quantizers
from pikelpn_keras.graph_builder import Accumulator, bias_integers, read_grid
from pikelpn_keras.grids import activation_grid_of, attach_accumulator, exponent_vector
from pikelpn_keras.integer.nodes import Conv2D, DepthwiseConv2D, Window
from pikelpn_keras.integer.records import ScaleCodes, WeightRecord
from pikelpn_keras.layers.base import QuantLayer, refuse
from pikelpn_keras.rounding import power_of_two, round_half_up, straight_through


class ProductLayer(QuantLayer):
    """Base of the layers that multiply by kernels; their output is an accumulator.

    On the device they read images. Layers of sequences override how these are made.
    """

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        refuse_activation(self)

    def geometry(self):
        """Fields of the node that its kernel slides by, beyond those of every `LinearNode`."""
        return {}

    def enter(self, graph, value):
        """What the node reads, from what the layer reads."""
        return value

    def leave(self, accumulator):
        """The layer's `Accumulator`, from that of the product."""
        return accumulator


class KernelLayer(ProductLayer):
    """A layer with one kernel and perhaps a bias.

    Subclasses name the integer node that they become and say how inputs meet the kernel.

    Args:
        quantizer: the kernel's quantizer, its name or its config, which the layer keeps as the
            attribute `quantizer_argument`.
        *args, **kwargs: those of the Keras layer.
    """

    node_type = None
    channel_axes = (-1,)
    quantizer_argument = "kernel_quantizer"

    def __init__(self, *args, quantizer, **kwargs):
        super().__init__(*args, **kwargs)
        quantizer = get_quantizer(self, self.quantizer_argument, quantizer)
        setattr(self, self.quantizer_argument, quantizer)

    @property
    def quantizer(self):
        """The kernel's quantizer."""
        return getattr(self, self.quantizer_argument)

    def ordered_kernel(self):
        """The kernel, its output channels last."""
        return self.kernel

    def product(self, inputs, kernel):
        """The float operation of inputs and ordered kernel, without the bias."""
        raise NotImplementedError

    def call(self, inputs):
        return multiply(
            self,
            inputs,
            self.ordered_kernel(),
            self.quantizer,
            self.channel_axes,
            self.product,
            self.bias,
        )

    def lower(self, graph, value):
        self.finite(self.kernel)
        return self.leave(
            lower_product(
                self,
                self.name,
                self.enter(graph, value),
                self.ordered_kernel(),
                self.quantizer,
                self.channel_axes,
                self.bias,
                node_type=self.node_type,
                geometry=self.geometry(),
                shape=self.compute_output_shape((None, *value.shape))[1:],
            )
        )

    def get_config(self):
        return {
            **super().get_config(),
            self.quantizer_argument: quantizers.serialize(self.quantizer),
        }


class ConvolutionLayer(KernelLayer):
    """Base of the convolutions of one and two dimensions."""

    node_type = Conv2D

    def __init__(self, filters, kernel_size, *args, kernel_quantizer="uniform4", **kwargs):
        super().__init__(filters, kernel_size, *args, quantizer=kernel_quantizer, **kwargs)
        refuse_channels_first(self)
        refuse(self, self.groups != 1, "has groups, which no exact operator serves; use groups=1")

    def product(self, inputs, kernel):
        return self.convolution_op(inputs, kernel)


class DepthwiseLayer(KernelLayer):
    """Base of the depthwise convolutions of one and two dimensions."""

    node_type = DepthwiseConv2D
    channel_axes = (-2, -1)
    quantizer_argument = "depthwise_quantizer"

    def __init__(self, kernel_size, *args, depthwise_quantizer="uniform4", **kwargs):
        super().__init__(kernel_size, *args, quantizer=depthwise_quantizer, **kwargs)
        refuse_channels_first(self)

    def product(self, inputs, kernel):
        return depthwise_product(self, inputs, kernel)


def depthwise_product(layer, inputs, kernel):
    """The float depthwise convolution of a layer with its strides, padding and dilation."""
    return ops.depthwise_conv(
        inputs, kernel, layer.strides, layer.padding, dilation_rate=layer.dilation_rate
    )


def multiply(layer, inputs, kernel, quantizer, channel_axes, product, bias):
    """The accumulator of inputs on a grid and a kernel that is quantized on the way.

    Args:
        layer: the layer, for messages.
        inputs: float32 tensor on a grid of at most 8 bits.
        kernel: float32 variable or tensor.
        quantizer: the kernel's `Quantizer`.
        channel_axes: axes of the kernel that number output channels, the last ones.
        product: function of inputs and quantized kernel.
        bias: float32 variable, rounded to the accumulator's grid, or None.

    Returns:
        float32 tensor, an accumulator.
    """
    grid = activation_grid_of(inputs, layer)
    values, exponents = quantizer(kernel, channel_axes)
    channels = int(np.prod([kernel.shape[axis] for axis in channel_axes]))
    exponents = exponent_vector(ops.reshape(exponents, (-1,)), channels)
    exponents = exponents + ops.cast(grid.exponent, "float32")
    outputs = product(inputs, values)
    if bias is not None:
        bias = ops.convert_to_tensor(bias)
        integers = round_half_up(bias * power_of_two(-exponents))
        outputs = outputs + straight_through(integers * power_of_two(exponents), bias)
    return attach_accumulator(outputs, exponents)


def lower_product(
    layer, name, value, kernel, quantizer, channel_axes, bias, *, node_type, geometry, shape
):
    """What `multiply` computes, as an `Accumulator` for node `name`.

    Raises:
        ValueError: if a weight is NaN or infinite, or the inputs are an accumulator.
    """
    source = read_grid(layer, value)
    integers, exponents = quantizer.quantize(layer.finite(kernel), channel_axes)
    integers = ops.convert_to_numpy(integers)
    integers = integers.reshape(*integers.shape[: -len(channel_axes)], -1)
    kernel_exponents = ops.convert_to_numpy(exponents).astype(np.int64).ravel()
    channels = integers.shape[-1]
    accumulator_exponents = np.broadcast_to(kernel_exponents + source.grid.exponent, (channels,))
    integer_bias = np.zeros(channels, np.int64)
    if bias is not None:
        with np.errstate(over="ignore"):
            scaled = np.ldexp(layer.finite(bias), -accumulator_exponents.astype(np.int32))
        integer_bias = bias_integers(layer, round_half_up(scaled))
    return Accumulator(
        name=name,
        source=source,
        node_type=node_type,
        geometry=geometry,
        shape=tuple(shape),
        kernel=integers,
        bias=integer_bias,
        multiplier=np.ones(channels, np.int64),
        exponents=accumulator_exponents,
        weights=WeightRecord(
            quantizer=type(quantizer).__name__,
            settings=quantizer.settings,
            bits=quantizer.bits,
            scales=ScaleCodes.from_exponents(kernel_exponents, quantizer.scale_bits),
        ),
    )


def refuse_activation(layer):
    """Raises ValueError where a layer that ends in an accumulator is given an activation."""
    refuse(
        layer,
        layer.activation is not keras.activations.linear,
        "ends in an accumulator and takes no activation; add QuantNorm() and QuantReLU() behind it",
    )


def refuse_channels_first(layer):
    """Raises ValueError where a layer does not keep its channels last, as TFLite does."""
    refuse(
        layer,
        layer.data_format != "channels_last",
        "needs data_format='channels_last', as TFLite does",
    )


def window_of(layer):
    """The `Window` of a convolution layer."""
    return Window(
        tuple(layer.kernel_size), tuple(layer.strides), tuple(layer.dilation_rate), layer.padding
    )


def get_quantizer(layer, argument, identifier):
    """The quantizer of a layer's argument; the error names layer and argument."""
    try:
        return quantizers.get(identifier)
    except ValueError as error:
        raise ValueError(f"{argument} of {type(layer).__name__} '{layer.name}': {error}") from None
