"""Makes the layers of the quantized model, in the order in which they run."""

import collections
import dataclasses

import keras
import numpy as np

from pikelpn_keras import layers, quantizers
from pikelpn_keras.config import AUTO, LayerConfig
from pikelpn_keras.quantize.errors import refuse, refuse_not_finite
from pikelpn_keras.quantize.folding import fold_remainder
from pikelpn_keras.quantize.kernel_kinds import DENSE, DEPTHWISE, DEPTHWISE_1D
from pikelpn_keras.quantize.scales import fitting_quantizer
from pikelpn_keras.quantize.values import OnGrid, Product, Sum

OUTPUT_BITS = 8


@dataclasses.dataclass(frozen=True, eq=False)
class Made:
    """One call of a quantized layer.

    Attributes:
        layer: the layer.
        inputs: the KerasTensors that it reads.
        output: the KerasTensor that it makes.
        choice: the `LayerConfig` of a layer with a kernel, None for others.
    """

    layer: keras.layers.Layer
    inputs: tuple
    output: keras.KerasTensor
    choice: LayerConfig | None = None


class Builder:
    """Turns values that wait into layers, and gives conversions what they need.

    Attributes:
        config: the `QuantConfig`.
        made: the calls of quantized layers, in order.
        at_end: whether the layer in hand makes an output of the model that nothing else reads.
    """

    def __init__(self, config):
        self.config = config
        self.made = []
        self.at_end = False
        self._kernels = {}
        self._choices = {}
        self._names = collections.Counter()

    def unique(self, name):
        """`name`, with a number behind where a layer has it already."""
        while self._names[name]:
            self._names[name] += 1
            name = f"{name}_{self._names[name] - 1}"
        self._names[name] += 1
        return name

    def bits(self, layer):
        """Width of the activations of a float layer."""
        return self.config.for_layer(layer.name).activation_bits

    def add(self, layer, *tensors):
        """Calls a quantized layer and returns its output tensor."""
        output = layer(list(tensors) if len(tensors) > 1 else tensors[0])
        self.made.append(Made(layer, tensors, output, self._choices.get(id(layer))))
        return output

    def input(self, name, shape):
        """A model input: the `keras.Input` and the value behind it."""
        if None in shape:
            raise ValueError(
                f"input '{name}' has the open shape {shape}; a device needs sizes, so give "
                "keras.Input all of them"
            )
        given = self.config.input
        placeholder = keras.Input(shape, name=self.unique(name))
        layer = layers.QuantInput(
            given.bits, given.exponent, given.signed, name=self.unique(f"{name}_grid")
        )
        scale = np.float64(given.scale * 2.0**-given.exponent)
        tensor = self.add(layer, placeholder)
        return placeholder, OnGrid(tensor, scale, np.float64(given.offset), is_input=True)

    def activated(self, value, layer_class, layer, suffix, bits=None, **arguments):
        """`value` behind an activation layer of a class of `pikelpn_keras.layers`.

        Args:
            value: any value.
            layer_class: the class, which takes `bits`.
            layer: the float layer that gives the name and the width.
            suffix: appended to that name.
            bits: a width in place of the configuration's.
            **arguments: further arguments of the class.
        """
        tensor = self.accumulator(value)
        made = layer_class(
            bits=bits or self.bits(layer), name=self.unique(layer.name + suffix), **arguments
        )
        return OnGrid(self.add(made, tensor))

    def on_grid(self, value):
        """`value` as an `OnGrid` whose float value is its tensor's."""
        if isinstance(value, OnGrid) and value.plain:
            return value
        if isinstance(value, Sum):
            return OnGrid(self._add_terms(value, None))
        if isinstance(value, OnGrid):
            value = self.channelwise(value, value.tensor._keras_history.operation)
        return self.activated(value, layers.QuantIdentity, value.layer, "_identity")

    def accumulator(self, value):
        """The tensor of `value`, an accumulator where it is a `Product`."""
        if isinstance(value, Product):
            return self._product(value, at_end=False)
        return self.on_grid(value).tensor

    def rectified(self, value, layer, suffix):
        """`value` behind a ReLU; a residual addition takes it in."""
        if isinstance(value, Sum):
            return OnGrid(self._add_terms(value, "relu"))
        return self.activated(value, layers.QuantReLU, layer, suffix)

    def finished(self, value):
        """The tensor of an output of the model."""
        if isinstance(value, Product):
            tensor = self._product(value, at_end=True)
            name = self.unique(f"{value.name}_output")
            return self.add(layers.QuantIdentity(OUTPUT_BITS, name=name), tensor)
        return self.on_grid(value).tensor

    def channelwise(self, value, layer):
        """A depthwise `Product` of one tap, or a diagonal matrix, that multiplies by 1."""
        channels, dimensions = value.shape[-1], len(value.shape) - 2
        if dimensions not in (0, 1, 2):
            refuse(layer, f"scales a tensor of shape {value.shape}; reshape it to an image first")
        if dimensions == 0:
            arguments = {"units": channels}
            return self.product(DENSE, layer, "_scale", value, np.eye(channels), None, arguments)
        kind = DEPTHWISE_1D if dimensions == 1 else DEPTHWISE
        kernel, arguments = np.ones((*[1] * dimensions, channels, 1)), {"kernel_size": 1}
        return self.product(kind, layer, "_scale", value, kernel, None, arguments)

    def product(self, kind, layer, suffix, value, kernel, bias, arguments):
        """A `Product` that reads `value`, whose affine map goes into kernel and bias."""
        if not isinstance(value, OnGrid):
            value = self.on_grid(value)
        kernel = np.asarray(kernel, np.float64)
        channels = int(np.prod([kernel.shape[axis] for axis in kind.channel_axes]))
        bias = np.zeros(channels) if bias is None else np.asarray(bias, np.float64)
        refuse_not_finite(layer, kernel, bias)
        kernel, bias = kind.absorb(kernel, bias, value.scale, value.offset)
        return Product(
            kind,
            layer,
            layer.name + suffix,
            value.tensor,
            value.is_input,
            kernel,
            bias,
            arguments,
        )

    def centred(self, value):
        """An input on a signed grid where that brings the float zero nearer to the grid's zero.

        Zero padding pads with the grid's zero. A normalised input is zero near the middle of the
        pixels, so subtracting 128 from every pixel makes padding right to half a grey level.
        """
        grid = self.config.input.grid
        if not isinstance(value, OnGrid) or not np.any(value.offset) or grid.signed:
            return value
        middle = 2.0 ** (grid.exponent + grid.bits - 1)
        zero = np.mean(-value.offset / value.scale)
        if not (value.is_input and abs(zero - middle) < abs(zero)):
            return value
        history = value.tensor._keras_history.operation
        shift = OnGrid(value.tensor, np.float64(1), np.float64(-middle))
        product = self.channelwise(shift, history)
        tensor = self._product(product, at_end=False)
        identity = layers.QuantIdentity(grid.bits, name=self.unique(f"{history.name}_centred"))
        tensor = self.add(identity, tensor)
        identity.set_exponent(grid.exponent)
        identity.freeze()
        return OnGrid(tensor, value.scale, value.offset + value.scale * middle, is_input=True)

    def _add_terms(self, value, activation):
        layer = layers.QuantAdd(
            self.bits(value.layer), activation=activation, name=self.unique(value.layer.name)
        )
        return self.add(layer, *value.terms)

    def _product(self, value, at_end):
        kernel, bias, norm, multiplier = value.kernel, value.bias, value.norm, None
        if norm is not None:
            kernel, norm, multiplier = fold_remainder(kernel, bias, norm, NORM_SCALE_BITS)
            bias = None
        elif not np.any(bias):
            bias = None
        key = (id(value.layer), value.name, id(value.norm and value.norm.layer), kernel.tobytes())
        key += (b"" if bias is None else bias.tobytes(),)
        if key not in self._kernels:
            made = [self._kernel_layer(value, kernel, bias is not None, at_end)]
            if norm is not None:
                made.append(self._norm_layer(norm))
            self._kernels[key] = made
        fresh = not self._kernels[key][0].built
        tensor = value.source
        for layer in self._kernels[key]:
            tensor = self.add(layer, tensor)
        if fresh:
            self._assign(value, self._kernels[key], kernel, bias, norm, multiplier)
        return tensor

    def _kernel_layer(self, value, kernel, use_bias, at_end):
        ends = ["first"] * value.reads_input + ["last"] * at_end if value.kind.ends else []
        choice = self.config.for_layer(value.layer.name, *ends, value.kind.role)
        if choice.quantizer in AUTO:
            found = fitting_quantizer(
                kernel.astype(np.float32),
                [quantizers.get(name) for name in AUTO[choice.quantizer]],
                value.kind.channel_axes,
                choice.weight_loss,
            )
            choice = dataclasses.replace(choice, quantizer=found)
        layer = value.kind.layer_class(
            **value.arguments,
            use_bias=use_bias,
            name=self.unique(value.name),
            trainable=value.layer.trainable,
            **{value.kind.layer_class.quantizer_argument: choice.quantizer},
        )
        self._choices[id(layer)] = choice
        return layer

    def _norm_layer(self, norm):
        layer = norm.layer
        return layers.QuantNorm(
            momentum=layer.momentum,
            epsilon=layer.epsilon,
            mantissa_bits=self.config.mantissa_bits,
            scale_bits=NORM_SCALE_BITS,
            name=self.unique(layer.name),
            trainable=layer.trainable,
        )

    def _assign(self, value, made, kernel, bias, norm, multiplier):
        value.kind.assign(made[0], kernel)
        if bias is not None:
            made[0].bias.assign(bias.astype(np.float32))
        if norm is not None:
            made[1].gamma.assign(norm.gamma.astype(np.float32))
            made[1].beta.assign(norm.beta.astype(np.float32))
            made[1].moving_mean.assign(norm.mean.astype(np.float32))
            made[1].moving_variance.assign(norm.variance.astype(np.float32))
            made[1].set_multiplier(multiplier.astype(np.float32))
            made[1].trust_statistics()


NORM_SCALE_BITS = 4
