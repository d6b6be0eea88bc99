"""A small super-resolution net: image in, image out, integers throughout."""

import keras

from pikelpn_keras.layers import QuantAdd, QuantConv2D, QuantDepthToSpace, QuantInput, QuantReLU
from pikelpn_keras.models.blocks import EDGE_QUANTIZER, conv_norm, conv_norm_relu

INNER_QUANTIZER = "uniform4"


def SuperResolution(*, input_shape=(64, 64, 3), scale=2, filters=32, blocks=3, name=None):
    """Enlarges pictures: convolutions, residual additions and a depth-to-space at the end.

    Args:
        input_shape: (height, width, channels) of the small pictures.
        scale: how many times larger the output is on each side.
        filters: channels inside.
        blocks: residual blocks of two 3x3 convolutions.
        name: name of the model.

    Returns:
        a keras.Model from pictures, raw uint8 pixels or floats `pixel / 256`, to values on an
        unsigned 8-bit grid, whose exponent follows their range in training.

    Example:

    >>> SuperResolution(input_shape=(16, 16, 3)).output_shape
    (None, 32, 32, 3)
    """
    inputs = keras.Input(input_shape, name="image")
    x = QuantInput(name="input")(inputs)
    x = conv_norm_relu(x, filters, 3, 1, "stem")
    for number in range(1, blocks + 1):
        y = conv_norm_relu(x, filters, 3, 1, f"block{number}_conv1", INNER_QUANTIZER)
        y = conv_norm(y, filters, 3, 1, f"block{number}_conv2", INNER_QUANTIZER)
        x = QuantAdd(activation="relu", name=f"block{number}_add")([x, y])
    pixels = input_shape[-1] * scale**2
    x = QuantConv2D(pixels, 3, padding="same", kernel_quantizer=EDGE_QUANTIZER, name="pixels")(x)
    x = QuantReLU(name="pixels_relu")(x)
    outputs = QuantDepthToSpace(scale, name="output")(x)
    return keras.Model(inputs, outputs, name=name or f"super_resolution_{scale}x")
