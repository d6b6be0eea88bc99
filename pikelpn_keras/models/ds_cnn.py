"""DS-CNN of MLPerf Tiny as a PikeLPN model."""

import keras

from pikelpn_keras.layers import (
    QuantConv2D,
    QuantDense,
    QuantGlobalAveragePooling2D,
    QuantIdentity,
    QuantInput,
    QuantNorm,
    QuantReLU,
    QuantSeparableConv2D,
)

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
    x = QuantConv2D(
        FILTERS,
        (10, 4),
        strides=2,
        padding="same",
        use_bias=False,
        kernel_quantizer="uniform7",
        name="stem",
    )(x)
    x = QuantReLU(name="stem_relu")(QuantNorm(name="stem_norm")(x))
    for number in range(1, BLOCKS + 1):
        x = QuantSeparableConv2D(
            FILTERS,
            3,
            padding="same",
            use_bias=False,
            depthwise_norm=QuantNorm(name="depthwise_norm"),
            depthwise_activation=QuantReLU(name="depthwise_relu"),
            name=f"block{number}",
        )(x)
        x = QuantReLU(name=f"block{number}_relu")(QuantNorm(name=f"block{number}_norm")(x))
    x = QuantGlobalAveragePooling2D(name="pool")(x)
    outputs = QuantIdentity(name="output")(QuantDense(classes, name="logits")(x))
    return keras.Model(inputs, outputs, name=name)
