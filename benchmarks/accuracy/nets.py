"""The net of the accuracy experiments: a stem, eight separable blocks and a classifier."""

import keras

import pikelpn_keras as pk

L = pk.layers
# (channels, stride) of the separable blocks; 0.2 M parameters in all.
BLOCKS = ((64, 1), (64, 1), (128, 2), (128, 1), (128, 1), (256, 2), (256, 1), (256, 1))


def float_net(input_shape=(32, 32, 3), classes=10):
    """The net of Keras's float layers."""
    x = inputs = keras.Input(input_shape)
    x = keras.layers.Rescaling(1 / 256)(x)
    x = keras.layers.Conv2D(32, 3, padding="same", use_bias=False)(x)
    x = keras.layers.ReLU()(keras.layers.BatchNormalization()(x))
    for filters, strides in BLOCKS:
        x = keras.layers.DepthwiseConv2D(3, strides, padding="same", use_bias=False)(x)
        x = keras.layers.ReLU()(keras.layers.BatchNormalization()(x))
        x = keras.layers.Conv2D(filters, 1, use_bias=False)(x)
        x = keras.layers.ReLU()(keras.layers.BatchNormalization()(x))
    x = keras.layers.GlobalAveragePooling2D()(x)
    return keras.Model(inputs, keras.layers.Dense(classes)(x))


def pikelpn_net(
    input_shape=(32, 32, 3),
    classes=10,
    depthwise="uniform4",
    pointwise="power_of_two6",
    activation=L.QuantReLU,
    norm=L.QuantNorm,
):
    """The net of quantized layers.

    Args:
        input_shape: shape of the pictures.
        classes: number of classes.
        depthwise: quantizer of depthwise kernels.
        pointwise: quantizer of pointwise kernels.
        activation: makes an activation; stem and blocks have theirs.
        norm: makes a norm.
    """
    inputs = keras.Input(input_shape)
    x = L.QuantInput()(inputs)
    x = L.QuantConv2D(32, 3, padding="same", use_bias=False, kernel_quantizer="uniform7")(x)
    x = activation()(norm()(x))
    for filters, strides in BLOCKS:
        x = L.QuantSeparableConv2D(
            filters,
            3,
            strides=strides,
            padding="same",
            use_bias=False,
            depthwise_quantizer=depthwise,
            pointwise_quantizer=pointwise,
            depthwise_norm=norm(),
            depthwise_activation=activation(),
        )(x)
        x = activation()(norm()(x))
    x = L.QuantGlobalAveragePooling2D()(x)
    return keras.Model(inputs, L.QuantIdentity()(L.QuantDense(classes)(x)))
