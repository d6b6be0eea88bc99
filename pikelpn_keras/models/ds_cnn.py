"""DS-CNN of MLPerf Tiny as a PikeLPN model."""

import keras

from pikelpn_keras.layers import QuantInput
from pikelpn_keras.models.blocks import classifier, conv_norm_relu, separable_block

FILTERS = 64
BLOCKS = 4


def DSCNN(*, input_shape=(49, 10, 1), classes=12, input_exponent=0, name="ds_cnn"):
    """The keyword spotter of MLPerf Tiny, every parameter quantized.

    A stem of 10x4 taps and four separable blocks of 64 channels: uniform depthwise weights of 4
    bits, power-of-two pointwise weights of 6 levels, 7-bit first and last layers.

    Args:
        input_shape: (frames, features, 1) of the MFCC features.
        classes: number of words.
        input_exponent: exponent of the signed 8-bit grid of the features: they are rounded to
            multiples of `2**input_exponent`.
        name: name of the model.

    Returns:
        a keras.Model from features, int8 grid integers or floats, to logits on an 8-bit grid.

    Example:

    >>> DSCNN().output_shape
    (None, 12)
    """
    inputs = keras.Input(input_shape, name="features")
    x = QuantInput(exponent=input_exponent, signed=True, name="input")(inputs)
    x = conv_norm_relu(x, FILTERS, (10, 4), 2, "stem")
    for number in range(1, BLOCKS + 1):
        x = separable_block(x, FILTERS, 1, f"block{number}")
    return keras.Model(inputs, classifier(x, classes), name=name)
