"""What the models share: a normed convolution, a separable block and a classifier."""

from pikelpn_keras.layers import (
    QuantConv2D,
    QuantDense,
    QuantGlobalAveragePooling2D,
    QuantIdentity,
    QuantNorm,
    QuantReLU,
    QuantSeparableConv2D,
)

# First and last layers have room for 7 bits in an exact file (contract, section 5).
EDGE_QUANTIZER = "uniform7"


def check_width(argument, width):
    """Raises ValueError where `width`, which `argument` gives, is no positive number."""
    if not width > 0:
        raise ValueError(f"{argument} multiplies channels and must be positive, not {width!r}")


def conv_norm(x, filters, size, strides, name, quantizer=EDGE_QUANTIZER):
    """A convolution with padding "same" and its norm: an accumulator.

    Args:
        x: tensor on a grid.
        filters: channels of its output.
        size: height and width of the kernel, or one number for both.
        strides: strides.
        name: name of the convolution; that of the norm is `name` and "_norm".
        quantizer: quantizer of the kernel, or its name.
    """
    x = QuantConv2D(
        filters,
        size,
        strides=strides,
        padding="same",
        use_bias=False,
        kernel_quantizer=quantizer,
        name=name,
    )(x)
    return QuantNorm(name=f"{name}_norm")(x)


def conv_norm_relu(x, filters, size, strides, name, quantizer=EDGE_QUANTIZER):
    """As `conv_norm`, on the grid of a ReLU with the name `name` and "_relu"."""
    return QuantReLU(name=f"{name}_relu")(conv_norm(x, filters, size, strides, name, quantizer))


def separable_block(x, filters, strides, name):
    """A separable 3x3 convolution with a norm and a ReLU behind each half."""
    x = QuantSeparableConv2D(
        filters,
        3,
        strides=strides,
        padding="same",
        use_bias=False,
        depthwise_norm=QuantNorm(name="depthwise_norm"),
        depthwise_activation=QuantReLU(name="depthwise_relu"),
        name=name,
    )(x)
    x = QuantNorm(name=f"{name}_norm")(x)
    return QuantReLU(name=f"{name}_relu")(x)


def classifier(x, classes):
    """Logits on an 8-bit grid, from the average of each channel."""
    x = QuantGlobalAveragePooling2D(name="pool")(x)
    x = QuantDense(classes, name="logits")(x)
    return QuantIdentity(name="output")(x)
