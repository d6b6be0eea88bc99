"""MobileNetV1 as a PikeLPN model."""

import keras

from pikelpn_keras.layers import QuantInput
from pikelpn_keras.models.blocks import (
    check_width,
    classifier,
    conv_norm_relu,
    separable_block,
)

# (channels at width 1, stride) of the stem and of the 13 separable blocks.
STEM = (32, 2)
BLOCKS = (
    (64, 1),
    (128, 2),
    (128, 1),
    (256, 2),
    (256, 1),
    (512, 2),
    *((512, 1),) * 5,
    (1024, 2),
    (1024, 1),
)
# How often the stem and the blocks halve the picture.
HALVINGS = 5
SMALLEST_PICTURE = 2**HALVINGS


def MobileNetV1(*, input_shape=(224, 224, 3), alpha=1.0, classes=1000, name=None):
    """`keras.applications.MobileNet` with PikeLPN's quantizers.

    The geometry is that of Howard et al., arXiv 1704.04861: a stem and 13 separable blocks, which
    halve the picture five times. Uniform depthwise weights of 4 bits, power-of-two pointwise
    weights of 6 levels, 7-bit first and last layers, 8-bit activations. ReLU takes the place of
    ReLU6, because a running range bounds it, and there is no dropout. On pictures of fewer than 96
    pixels `PikeLPN` halves less often.

    Args:
        input_shape: (height, width, channels) of the pictures, at least 32 pixels a side.
        alpha: multiplies the channels, which are rounded down.
        classes: number of classes.
        name: name of the model; None for "mobilenet_v1_" and alpha.

    Returns:
        a keras.Model from pictures, raw uint8 pixels or floats `pixel / 256`, to logits on an 8-bit
        grid.

    Raises:
        ValueError: if alpha is not positive or a side of the pictures is too small.

    Example:

    >>> model = MobileNetV1(input_shape=(96, 96, 3), alpha=0.25, classes=10)
    >>> model.get_layer("block13_relu").output.shape
    (None, 3, 3, 256)
    """
    check_width("alpha", alpha)
    size = min(input_shape[:2])
    if size < SMALLEST_PICTURE:
        raise ValueError(
            f"MobileNetV1 takes pictures of at least {SMALLEST_PICTURE} pixels, not {size}; "
            "PikeLPN takes smaller ones"
        )
    return separable_net(input_shape, classes, alpha, HALVINGS, name or f"mobilenet_v1_{alpha:.2f}")


def separable_net(input_shape, classes, width, halvings, name):
    """A model of MobileNetV1's stem, blocks and classifier.

    Args:
        input_shape: (height, width, channels) of the pictures.
        classes: number of classes.
        width: multiplies the channels; no layer has fewer than 8.
        halvings: how often the picture is halved, 0 to 5: the first strides beyond are 1.
        name: name of the model.

    Returns:
        a keras.Model.
    """

    def channels(count):
        return max(8, int(count * width))

    idle = HALVINGS - halvings
    inputs = keras.Input(input_shape, name="image")
    x = QuantInput(name="input")(inputs)
    for number, (count, strides) in enumerate((STEM, *BLOCKS)):
        if strides == 2 and idle:
            strides, idle = 1, idle - 1
        if number == 0:
            x = conv_norm_relu(x, channels(count), 3, strides, "stem")
        else:
            x = separable_block(x, channels(count), strides, f"block{number}")
    return keras.Model(inputs, classifier(x, classes), name=name)
