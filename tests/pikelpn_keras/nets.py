"""The net of the issue: stem, three separable blocks, a residual add, pooling and a classifier."""

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


def compile_for_classes(model, rate=3e-3):
    model.compile(
        keras.optimizers.AdamW(rate),
        keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=["accuracy"],
    )
