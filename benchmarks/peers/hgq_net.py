"""Separable nets in HGQ2's layers, with bits that do not move."""

import hgq.config
import hgq.layers
import keras
from hgq.constraints import Constant

# Integer bits that the ranges of activations start from; training moves them.
ACTIVATION_INTEGER_BITS = 3


def logits(x, architecture, weight_bits=4, activation_bits=8):
    """Logits of pictures on [0, 1), by a net with bits as in `nets.pikelpn_net`.

    HGQ2 learns bits for each weight and each activation. Here they are constants, so that the cost
    is that of the others: weights have a range for each output channel that follows the largest,
    activations one for each tensor that is learned, norms a multiplier and an offset of 8 bits.
    All weights are uniform, for HGQ2 knows no powers of two.

    Args:
        x: symbolic tensor `(batch, height, width, channels)`.
        architecture: an `Architecture`.
        weight_bits: bits of depthwise and pointwise kernels, sign included; first and last layer
            have 7.
        activation_bits: bits of activations.
    """
    hidden = _range(activation_bits, ACTIVATION_INTEGER_BITS)
    filters, strides = architecture.stem
    with hgq.config.LayerConfigScope(enable_ebops=False):
        x = _convolution(filters, 3, 7, _range(8, 0), strides=strides)(x)
        x = keras.layers.ReLU()(_norm()(x))
        for filters, strides in architecture.blocks:
            options = {"strides": strides, "groups": x.shape[-1]}
            x = _convolution(x.shape[-1], 3, weight_bits, hidden, **options)(x)
            x = keras.layers.ReLU()(_norm()(x))
            x = _convolution(filters, 1, weight_bits, hidden)(x)
            x = keras.layers.ReLU()(_norm()(x))
        x = keras.layers.GlobalAveragePooling2D()(x)
        return hgq.layers.QDense(
            architecture.classes,
            kq_conf=_weights(7, channel_axis=1),
            bq_conf=_weights(16, channel_axis=0),
            iq_conf=_range(8, ACTIVATION_INTEGER_BITS, axes=(0, 1)),
        )(x)


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
