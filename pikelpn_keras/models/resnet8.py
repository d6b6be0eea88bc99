"""ResNet-8 of MLPerf Tiny as a PikeLPN model."""

import keras

from pikelpn_keras.layers import QuantAdd, QuantInput, QuantReLU
from pikelpn_keras.models.blocks import classifier, conv_norm, conv_norm_relu

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
    inputs = keras.Input(input_shape, name="image")
    x = QuantInput(name="input")(inputs)
    x = conv_norm_relu(x, STACKS[0][0], 3, 1, "stem")
    for number, (filters, strides) in enumerate(STACKS, start=1):
        x = _stack(x, filters, strides, f"stack{number}", kernel_quantizer)
    return keras.Model(inputs, classifier(x, classes), name=name)


def _stack(x, filters, strides, name, quantizer):
    shortcut = x
    x = conv_norm(x, filters, 3, strides, f"{name}_conv1", quantizer)
    x = QuantReLU(name=f"{name}_relu")(x)
    x = conv_norm(x, filters, 3, 1, f"{name}_conv2", quantizer)
    if strides > 1:
        shortcut = conv_norm(shortcut, filters, 1, strides, f"{name}_shortcut", quantizer)
    return QuantAdd(activation="relu", name=f"{name}_add")([shortcut, x])
