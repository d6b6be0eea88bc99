"""Separable nets in qkeras-v3's layers, on any backend of Keras."""

import dataclasses

import keras
import qkeras
from architectures import CIFAR
from keras import ops

# Integer bits of 8-bit activations, which qkeras sets by hand: norms leave a deviation of about 1.
ACTIVATION_INTEGER_BITS = 2


def separable_net(input_shape=(32, 32, 3), norm="parameters"):
    """The net of the accuracy experiments, from raw pixels to logits; arguments as in `logits`."""
    inputs = keras.Input(input_shape)
    x = keras.layers.Rescaling(1 / 256)(inputs)
    architecture = dataclasses.replace(CIFAR, input_shape=input_shape)
    return keras.Model(inputs, logits(x, architecture, NORMS[norm]))


def logits(x, architecture, norm):
    """Logits of pictures on [0, 1), by a net with 4-bit kernels.

    Kernels are as near to `nets.pikelpn_net` as qkeras allows: depthwise 4 bits uniform with a
    power-of-two scale for each channel, pointwise 4-bit powers of two (no zero, one range for all
    channels), first and last layer 7 bits uniform. Activations have 8 bits.

    Args:
        x: symbolic tensor `(batch, height, width, channels)`.
        architecture: an `Architecture`.
        norm: makes a norm.
    """
    filters, strides = architecture.stem
    x = _convolution(filters, 3, _uniform(7), strides=(strides, strides), padding="same")(x)
    x = _activation()(norm()(x))
    for filters, strides in architecture.blocks:
        x = qkeras.QDepthwiseConv2D(
            3,
            (strides, strides),
            padding="same",
            use_bias=False,
            depthwise_quantizer=_uniform(4, scale_axis=[2]),
        )(x)
        x = _activation()(norm()(x))
        x = _convolution(filters, 1, qkeras.quantized_po2(4, max_value=1))(x)
        x = _activation()(norm()(x))
    x = keras.layers.GlobalAveragePooling2D()(x)
    return qkeras.QDense(architecture.classes, kernel_quantizer=_uniform(7))(x)


class PortableQBatchNormalization(qkeras.QBatchNormalization):
    """qkeras's quantized norm where tensors' shapes are tuples.

    `call` of qkeras-v3 1.2.1 reads `inputs.shape.dims` and hands variables to `ops.ones_like`; on
    JAX both fail. This one computes the same for an axis that is the last.
    """

    def call(self, inputs, training=False):
        """Normalises `(batch, ..., channels)` with quantized parameters."""
        mean, variance = (ops.convert_to_tensor(v) for v in self._moving())
        if training:
            axes = tuple(range(len(inputs.shape) - 1))
            batch_mean, batch_variance = ops.moments(inputs, axes=axes)
            for moving, old, new in zip(
                self._moving(), (mean, variance), (batch_mean, batch_variance), strict=True
            ):
                moving.assign(old * self.momentum + new * (1 - self.momentum))
            mean, variance = batch_mean, batch_variance
        gamma = _quantized(self.gamma_quantizer_internal, ops.convert_to_tensor(self.gamma))
        beta = _quantized(self.beta_quantizer_internal, ops.convert_to_tensor(self.beta))
        mean = _quantized(self.mean_quantizer_internal, mean)
        variance = _quantized(self.variance_quantizer_internal, variance)
        multiplier = gamma / ops.sqrt(variance + self.epsilon)
        multiplier = _quantized(self.inverse_quantizer_internal, multiplier)
        return inputs * multiplier + (beta - mean * multiplier)

    def _moving(self):
        return self.moving_mean, self.moving_variance


def _multiplier_norm():
    """The product of gamma and the inverse deviation as one power of two; 16-bit beta and mean."""
    return PortableQBatchNormalization(
        beta_quantizer=_fixed_point(16, 8),
        mean_quantizer=_fixed_point(16, 8),
        gamma_quantizer=None,
        variance_quantizer=None,
        inverse_quantizer=qkeras.quantized_po2(6),
    )


# Norms by what is a power of two in them: gamma, beta, mean and variance (the default of qkeras),
# the multiplier alone, or nothing.
NORMS = {
    "parameters": PortableQBatchNormalization,
    "multiplier": _multiplier_norm,
    "float": keras.layers.BatchNormalization,
}


def _quantized(quantizer, value):
    return value if quantizer is None else quantizer(value)


def _convolution(filters, size, quantizer, **options):
    return qkeras.QConv2D(filters, size, use_bias=False, kernel_quantizer=quantizer, **options)


def _uniform(bits, **options):
    return qkeras.quantized_bits(bits, 0, 1, alpha="auto_po2", **options)


def _fixed_point(bits, integer_bits):
    return qkeras.quantized_bits(bits, integer_bits, 1, alpha=1.0)


def _activation():
    return qkeras.QActivation(qkeras.quantized_relu(8, ACTIVATION_INTEGER_BITS))
