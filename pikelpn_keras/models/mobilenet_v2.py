"""MobileNetV2 as a PikeLPN model."""

import keras

from pikelpn_keras.layers import (
    QuantAdd,
    QuantDepthwiseConv2D,
    QuantIdentity,
    QuantInput,
    QuantNorm,
    QuantReLU,
)
from pikelpn_keras.models.blocks import check_width, classifier, conv_norm, conv_norm_relu

# (expansion, channels at width 1, blocks, stride of the first) of the seven stages.
STAGES = (
    (1, 16, 1, 1),
    (6, 24, 2, 2),
    (6, 32, 3, 2),
    (6, 64, 4, 2),
    (6, 96, 3, 1),
    (6, 160, 3, 2),
    (6, 320, 1, 1),
)
# The head does not get narrower than this, as in the original.
HEAD = 1280
POINTWISE = "power_of_two6"


def MobileNetV2(*, input_shape=(224, 224, 3), classes=1000, width=1.0, name="mobilenet_v2"):
    """MobileNetV2 with PikeLPN's quantizers: inverted residuals whose sums lie on one grid.

    Uniform depthwise weights of 4 bits, power-of-two pointwise weights of 6 levels, 7-bit first and
    last layers, 8-bit activations. ReLU takes the place of ReLU6, because a running range bounds
    it.

    Args:
        input_shape: (height, width, channels) of the pictures.
        classes: number of classes.
        width: multiplies the channels, which are rounded to multiples of 8.
        name: name of the model.

    Returns:
        a keras.Model from pictures, raw uint8 pixels or floats `pixel / 256`, to logits on an 8-bit
        grid.

    Raises:
        ValueError: if the width is not positive.

    Example:

    >>> MobileNetV2(input_shape=(32, 32, 3), classes=10, width=0.25).output_shape
    (None, 10)
    """
    check_width("width", width)

    def channels(count):
        return max(8, 8 * round(count * width / 8))

    inputs = keras.Input(input_shape, name="image")
    x = QuantInput(name="input")(inputs)
    x = conv_norm_relu(x, channels(32), 3, 2, "stem")
    number = 0
    for expansion, count, blocks, first_strides in STAGES:
        for block in range(blocks):
            number += 1
            strides = first_strides if block == 0 else 1
            x = _inverted_residual(x, expansion, channels(count), strides, f"block{number}")
    x = conv_norm_relu(x, max(HEAD, channels(HEAD)), 1, 1, "head", POINTWISE)
    return keras.Model(inputs, classifier(x, classes), name=name)


def _inverted_residual(x, expansion, filters, strides, name):
    skip, read = x, x.shape[-1]
    if expansion > 1:
        x = conv_norm_relu(x, expansion * read, 1, 1, f"{name}_expand", POINTWISE)
    x = QuantDepthwiseConv2D(
        3, strides=strides, padding="same", use_bias=False, name=f"{name}_depthwise"
    )(x)
    x = QuantReLU(name=f"{name}_depthwise_relu")(QuantNorm(name=f"{name}_depthwise_norm")(x))
    x = conv_norm(x, filters, 1, 1, f"{name}_project", POINTWISE)
    if strides == 1 and read == filters:
        return QuantAdd(name=f"{name}_add")([skip, x])
    return QuantIdentity(name=f"{name}_output")(x)
