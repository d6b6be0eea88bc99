"""ResNet-8 of MLPerf Tiny as a PikeLPN model."""

import keras

from pikelpn_keras.layers import (
    QuantAdd,
    QuantConv2D,
    QuantDense,
    QuantGlobalAveragePooling2D,
    QuantIdentity,
    QuantInput,
    QuantNorm,
    QuantReLU,
)

# (channels, stride) of the three residual stacks.
STACKS = ((16, 1), (32, 2), (64, 2))


def ResNet8(*, input_shape=(32, 32, 3), classes=10, kernel_quantizer="uniform4", name="resnet8"):
    """The image classifier of MLPerf Tiny, every parameter quantized.

    Three residual stacks of two 3x3 convolutions; where a stack shrinks the picture its shortcut is
    a 1x1 convolution. First and last layers have 7 bits, activations 8.

    Args:
        input_shape: (height, width, channels) of the pictures.
        classes: number of classes.
        kernel_quantizer: quantizer of the inner convolutions.
        name: name of the model.

    Returns:
        a keras.Model from pictures, raw uint8 pixels or floats `pixel / 256`, to logits on an 8-bit
        grid.

    Example:

    >>> ResNet8().output_shape
    (None, 10)
    """

    def conv(x, filters, size, strides, label, quantizer=kernel_quantizer):
        x = QuantConv2D(
            filters,
            size,
            strides=strides,
            padding="same",
            use_bias=False,
            kernel_quantizer=quantizer,
            name=label,
        )(x)
        return QuantNorm(name=f"{label}_norm")(x)

    inputs = keras.Input(input_shape, name="image")
    x = QuantInput(name="input")(inputs)
    x = QuantReLU(name="stem_relu")(conv(x, STACKS[0][0], 3, 1, "stem", "uniform7"))
    for number, (filters, strides) in enumerate(STACKS, start=1):
        label = f"stack{number}"
        y = QuantReLU(name=f"{label}_relu")(conv(x, filters, 3, strides, f"{label}_conv1"))
        y = conv(y, filters, 3, 1, f"{label}_conv2")
        shortcut = x if strides == 1 else conv(x, filters, 1, strides, f"{label}_shortcut")
        x = QuantAdd(activation="relu", name=f"{label}_add")([shortcut, y])
    x = QuantGlobalAveragePooling2D(name="pool")(x)
    outputs = QuantIdentity(name="output")(QuantDense(classes, name="logits")(x))
    return keras.Model(inputs, outputs, name=name)
