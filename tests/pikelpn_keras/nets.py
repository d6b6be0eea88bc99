"""Nets with many layers."""

import keras

import pikelpn_keras as pk

L = pk.layers


def separable(x, filters, strides, name):
    x = L.QuantSeparableConv2D(
        filters,
        3,
        strides=strides,
        padding="same",
        use_bias=False,
        depthwise_norm=L.QuantNorm(),
        depthwise_activation=L.QuantReLU(),
        name=name,
    )(x)
    return L.QuantNorm(name=f"{name}_norm")(x)


def residual_net(input_shape, classes=10, filters=16):
    """Stem, three separable blocks, a residual add, pooling and a classifier."""
    inputs = keras.Input(input_shape, name="image")
    x = L.QuantInput()(inputs)
    x = L.QuantConv2D(
        filters,
        3,
        strides=2,
        padding="same",
        use_bias=False,
        kernel_quantizer="uniform7",
        name="stem",
    )(x)
    x = L.QuantReLU(name="stem_relu")(L.QuantNorm(name="stem_norm")(x))
    x = L.QuantReLU()(separable(x, 2 * filters, 2, "block1"))
    skip = x
    x = L.QuantReLU()(separable(x, 2 * filters, 1, "block2"))
    x = separable(x, 2 * filters, 1, "block3")
    x = L.QuantAdd(activation="relu", name="add")([skip, x])
    x = L.QuantGlobalAveragePooling2D(name="pool")(x)
    outputs = L.QuantIdentity(name="output")(L.QuantDense(classes, name="logits")(x))
    return keras.Model(inputs, outputs, name="residual_net")


def many_layers_net(classes=10):
    """Images, then sequences, then vectors, through the layers that residual_net lacks."""
    inputs = keras.Input((17, 18, 3), name="image")
    x = L.QuantZeroPadding2D(((0, 1), (0, 0)))(L.QuantInput()(inputs))
    x = L.QuantNorm()(L.QuantConv2D(8, 3, padding="same", use_bias=False)(x))
    x = L.QuantDropout(0.1)(L.QuantAveragePooling2D(2)(L.QuantReLU()(x)))
    transposed = L.QuantReLU()(L.QuantConv2DTranspose(6, 3, strides=2, padding="same")(x))
    enlarged = L.QuantUpSampling2D(2)(x)
    x = L.QuantConcatenate()([transposed, enlarged, L.QuantConv2D(8, 1)(enlarged)])
    x = L.QuantMaxPooling2D(3, 2, "same")(x)
    x = L.QuantIdentity()(L.QuantConv2D(12, 3)(x))
    largest = L.QuantGlobalMaxPooling2D()(x)
    x = L.QuantCropping2D(1)(L.QuantDepthToSpace(2)(x))
    x = L.QuantReshape((20, 9))(L.QuantAveragePooling2D((3, 2), (1, 2))(x))
    x = L.QuantNorm()(L.QuantConv1D(8, 3, padding="causal", dilation_rate=2)(x))
    x = L.QuantDepthwiseConv1D(3, strides=2, padding="same")(L.QuantReLU()(x))
    x = L.QuantReLU()(L.QuantSeparableConv1D(8, 3)(L.QuantReLU()(x)))
    x = L.QuantConcatenate()([L.QuantFlatten()(x), largest])
    outputs = L.QuantIdentity(name="output")(L.QuantDense(classes)(x))
    return keras.Model(inputs, outputs, name="many_layers_net")


def compile_for_classes(model, rate=3e-3):
    model.compile(
        keras.optimizers.AdamW(rate),
        keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=["accuracy"],
    )
