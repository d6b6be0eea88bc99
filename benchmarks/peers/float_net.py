"""Separable nets of float layers, of Keras 3 or of Keras 2, and of layers that stand for them."""


def separable_net(keras, architecture):
    """A float net from pictures on [0, 1) to logits.

    Args:
        keras: the module `keras` or `tf_keras`.
        architecture: an `Architecture`.
    """
    layers = keras.layers
    return assembled(keras, architecture, layers.Conv2D, layers.DepthwiseConv2D)


def assembled(keras, architecture, convolution, depthwise):
    """The same with other convolutions.

    Args:
        keras: the module `keras` or `tf_keras`.
        architecture: an `Architecture`.
        convolution: makes a convolution, with the arguments of `Conv2D`.
        depthwise: makes a depthwise one, with those of `DepthwiseConv2D`.
    """
    layers = keras.layers

    def norm_relu(x):
        return layers.ReLU()(layers.BatchNormalization()(x))

    inputs = layers.Input(architecture.input_shape)
    filters, strides = architecture.stem
    x = convolution(filters, 3, strides=strides, padding="same", use_bias=False)(inputs)
    x = norm_relu(x)
    for filters, strides in architecture.blocks:
        x = norm_relu(depthwise(3, strides=strides, padding="same", use_bias=False)(x))
        x = norm_relu(convolution(filters, 1, use_bias=False)(x))
    x = layers.GlobalAveragePooling2D()(x)
    return keras.Model(inputs, layers.Dense(architecture.classes)(x))
