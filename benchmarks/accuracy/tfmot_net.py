"""What tfmot's int8 training computes, in Keras 3 on any backend: a twin of its graph.

tfmot 0.8.1 lives on Keras 2 and TensorFlow. This is what the default scheme of its
`quantize_model` makes of the float net, layer for layer and quantizer for quantizer: nets trained
here go into tfmot's own model weight by weight, and from there into a file. One thing differs:
Keras 2's fused norms move their variances to those of a batch times N / (N - 1), for N values of a
channel in the batch.
"""

import dataclasses

import keras
from architectures import CIFAR
from keras import ops

# Of the runs that train it; the files that tfmot makes of their weights are called "tfmot, int8".
NAME = "tfmot, int8, Keras graph"
BITS = 8
LARGEST = 2**BITS - 1
# Share of the old range that a step leaves in the range of activations.
DECAY = 0.999
# Where ranges start that training moves.
FIRST_BOUND = 6.0


def separable_net(input_shape=(32, 32, 3)):
    """The net of the accuracy experiments, from raw pixels to logits."""
    inputs = keras.Input(input_shape)
    x = keras.layers.Rescaling(1 / 256)(inputs)
    return keras.Model(inputs, logits(x, dataclasses.replace(CIFAR, input_shape=input_shape)))


def from_float(float_model, images):
    """The net with the weights of a float one, as `quantize_model` leaves it; see `nets.float_net`.

    Args:
        float_model: a keras.Model of the float layers.
        images: not looked at: ranges start where tfmot has them start.
    """
    model = separable_net(float_model.input_shape[1:])
    for variable, wanted in zip(_float_weights(model), float_model.weights, strict=True):
        variable.assign(wanted)
    return model


def logits(x, architecture):
    """Logits of pictures on [0, 1).

    The weights of a model from `x` to these are, in order, those of tfmot's model without its
    `optimizer_step`s.

    Args:
        x: symbolic tensor `(batch, height, width, channels)`.
        architecture: an `Architecture`.
    """
    x = InputQuantizer()(x)
    filters, strides = architecture.stem
    x = Conv2D(filters, 3, strides=strides, padding="same", use_bias=False)(x)
    x = _norm_relu(x)
    for filters, strides in architecture.blocks:
        x = _norm_relu(DepthwiseConv2D(3, strides, padding="same", use_bias=False)(x))
        x = _norm_relu(Conv2D(filters, 1, use_bias=False)(x))
    x = OutputQuantizer()(keras.layers.GlobalAveragePooling2D()(x))
    return OutputQuantizer()(Dense(architecture.classes)(x))


def fake_quantized(x, low, high, lowest):
    """TensorFlow's `fake_quant_with_min_max_vars`, and its gradient: 1 in the range, 0 outside.

    The range moves so that 0 is a level. Operations stand in the order of TensorFlow's kernel for
    CPUs, for the largest weight of a kernel lies on the range's end, give or take a rounding.

    Args:
        x: float tensor.
        low: lower end of the range, at most 0, for each of the last axis or for all.
        high: the upper end, at least 0.
        lowest: lowest integer, 1 in the narrow range, else 0.

    Returns:
        tensor of the shape of `x`.
    """
    # A tensor, for XLA divides by a constant by multiplying with its reciprocal, which is rounded:
    # then ten times as many largest weights lie outside.
    levels = ops.where(high > low, float(LARGEST - lowest), 1.0)
    step = (high - low) / levels
    # A kernel of zeros alone is divided by 1 instead of 0.
    divisor = ops.where(step > 0, step, 1.0)
    zero_point = ops.clip(ops.floor(lowest - low / divisor + 0.5), lowest, LARGEST)
    low, high = (lowest - zero_point) * step, (LARGEST - zero_point) * step
    zero = ops.floor(-low / divisor + 0.5)
    integers = ops.floor((ops.clip(x, low, high) - low) / divisor - zero + 0.5)
    inside = ops.where(ops.logical_and(x >= low, x <= high), x, 0.0)
    # Exactly 0 in value.
    return ops.stop_gradient(integers * step) + (inside - ops.stop_gradient(inside))


class Quantizer(keras.layers.Layer):
    """Quantizes a tensor on a range that follows it in training."""

    lowest = 0
    first_bound = FIRST_BOUND

    def build(self, input_shape):
        """Makes the range."""
        self.low, self.high = (
            self.add_weight(
                self.range_shape(input_shape),
                keras.initializers.Constant(bound),
                trainable=False,
                name=name,
            )
            for name, bound in (("low", -self.first_bound), ("high", self.first_bound))
        )

    def call(self, inputs, training=False):
        """Quantizes with the range that has seen `inputs`, when training."""
        low, high = ops.convert_to_tensor(self.low), ops.convert_to_tensor(self.high)
        if training:
            low, high = self.followed(low, high, ops.stop_gradient(inputs))
            self.low.assign(low)
            self.high.assign(high)
        return fake_quantized(inputs, low, high, self.lowest)

    def range_shape(self, input_shape):
        """Shape of the ends of the range."""
        return ()

    def followed(self, low, high, inputs):
        """The next range."""
        raise NotImplementedError


class InputQuantizer(Quantizer):
    """The range holds all values that there ever were."""

    first_bound = 0.0

    def followed(self, low, high, inputs):
        """The next range."""
        return ops.minimum(low, ops.min(inputs)), ops.maximum(high, ops.max(inputs))


class OutputQuantizer(Quantizer):
    """The range is a moving average of the batches' ranges."""

    def followed(self, low, high, inputs):
        """The next range."""
        batch = ops.minimum(ops.min(inputs), 0.0), ops.maximum(ops.max(inputs), 0.0)
        return tuple(
            old - (old - new) * (1 - DECAY) for old, new in zip((low, high), batch, strict=True)
        )


class KernelQuantizer(Quantizer):
    """The range is that of the kernel as it is now, symmetric, one for each of the last axis.

    That of a depthwise kernel is one for all channels: its last axis is the multiplier.
    """

    lowest = 1

    def range_shape(self, input_shape):
        """Shape of the ends of the range."""
        return input_shape[-1:]

    def followed(self, low, high, inputs):
        """The next range."""
        bound = ops.max(ops.abs(inputs), axis=tuple(range(inputs.ndim - low.ndim)))
        return -bound, bound


class TensorKernelQuantizer(KernelQuantizer):
    """The range is one for the whole kernel."""

    def range_shape(self, input_shape):
        """Shape of the ends of the range."""
        return ()


class Conv2D(keras.layers.Conv2D):
    """A convolution whose kernel is quantized."""

    def build(self, input_shape):
        """Makes kernel and range."""
        super().build(input_shape)
        self.quantizer = _built(KernelQuantizer, self.kernel)

    def call(self, inputs, training=False):
        """Convolves `(batch, height, width, channels)`."""
        kernel = ops.convert_to_tensor(self.kernel)
        return self.convolution_op(inputs, self.quantizer(kernel, training=training))


class DepthwiseConv2D(keras.layers.DepthwiseConv2D):
    """A depthwise convolution whose kernel is quantized."""

    def build(self, input_shape):
        """Makes kernel and range."""
        super().build(input_shape)
        self.quantizer = _built(KernelQuantizer, self.kernel)

    def call(self, inputs, training=False):
        """Convolves `(batch, height, width, channels)`."""
        kernel = self.quantizer(ops.convert_to_tensor(self.kernel), training=training)
        return ops.depthwise_conv(inputs, kernel, self.strides, self.padding)


class Dense(keras.layers.Dense):
    """A fully connected layer whose kernel is quantized."""

    def build(self, input_shape):
        """Makes kernel, bias and range."""
        super().build(input_shape)
        self.quantizer = _built(TensorKernelQuantizer, self.kernel)

    def call(self, inputs, training=False):
        """Multiplies `(batch, features)`."""
        kernel = self.quantizer(ops.convert_to_tensor(self.kernel), training=training)
        return ops.matmul(inputs, kernel) + self.bias


def _built(quantizer, kernel):
    found = quantizer()
    found.build(kernel.shape)
    return found


def _norm_relu(x):
    x = keras.layers.BatchNormalization()(x)
    return OutputQuantizer()(keras.layers.ReLU()(x))


def _float_weights(model):
    """The weights of a model that the float net has too: those of no range."""
    return [v for v in model.weights if v.name not in ("low", "high")]
