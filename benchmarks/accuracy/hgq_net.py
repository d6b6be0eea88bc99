"""The net of the accuracy experiments in HGQ2's layers, with bits that do not move."""

import hgq.config
import hgq.layers
import keras
from hgq.constraints import Constant
from nets import BLOCKS

# Integer bits that the ranges of activations start from; training moves them.
ACTIVATION_INTEGER_BITS = 3


def separable_net(input_shape=(32, 32, 3), classes=10, weight_bits=4, activation_bits=8):
    """Stem, eight separable blocks and a classifier, bits as in `nets.pikelpn_net`.

    HGQ2 learns bits for each weight and each activation. Here they are constants, so that the cost
    is that of the others: weights have a range for each output channel that follows the largest,
    activations one for each tensor that is learned, norms a multiplier and an offset of 8 bits.
    All weights are uniform, for HGQ2 knows no powers of two.

    Args:
        input_shape: shape of the pictures, which are raw pixels.
        classes: number of classes.
        weight_bits: bits of depthwise and pointwise kernels, sign included; first and last layer
            have 7.
        activation_bits: bits of activations.
    """
    with hgq.config.LayerConfigScope(enable_ebops=False):
        pixels = _range(8, 0)
        x = inputs = keras.Input(input_shape)
        x = keras.layers.Rescaling(1 / 256)(x)
        x = _convolution(32, 3, 7, pixels)(x)
        x = keras.layers.ReLU()(_norm()(x))
        for filters, strides in BLOCKS:
            options = {"strides": strides, "groups": x.shape[-1]}
            hidden = _range(activation_bits, ACTIVATION_INTEGER_BITS)
            x = _convolution(x.shape[-1], 3, weight_bits, hidden, **options)(x)
            x = keras.layers.ReLU()(_norm()(x))
            x = _convolution(filters, 1, weight_bits, hidden)(x)
            x = keras.layers.ReLU()(_norm()(x))
        x = keras.layers.GlobalAveragePooling2D()(x)
        dense = hgq.layers.QDense(
            classes,
            kq_conf=_weights(7, channel_axis=1),
            bq_conf=_weights(16, channel_axis=0),
            iq_conf=_range(8, ACTIVATION_INTEGER_BITS, axes=(0, 1)),
        )
        return keras.Model(inputs, dense(x))


def _convolution(filters, size, bits, inputs, **options):
    return hgq.layers.QConv2D(
        filters,
        size,
        padding="same",
        use_bias=False,
        kq_conf=_weights(bits, channel_axis=3),
        iq_conf=inputs,
        **options,
    )


def _norm():
    """A norm whose multiplier and offset have 8 bits; it takes accumulators as they are."""
    return hgq.layers.QBatchNormalization(
        enable_iq=False,
        kq_conf=_weights(8, channel_axis=0),
        bq_conf=_weights(8, channel_axis=0),
    )


def _weights(bits, channel_axis):
    """Signed integers whose range follows the largest of each channel."""
    return hgq.config.QuantizerConfig(
        "kbi",
        "weight",
        b0=bits - 1,
        bc=Constant(bits - 1),
        overflow_mode="WRAP",
        heterogeneous_axis=(channel_axis,),
        homogeneous_axis=None,
    )


def _range(bits, integer_bits, axes=(0, 1, 2, 3)):
    """Unsigned integers with one learned range for the whole tensor."""
    return hgq.config.QuantizerConfig(
        "kbi",
        "datalane",
        k0=False,
        b0=bits,
        i0=integer_bits,
        bc=Constant(bits),
        overflow_mode="SAT",
        homogeneous_axis=axes,
    )
