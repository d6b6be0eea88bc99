"""Float models of the structures that users of other tools complain about."""

import keras
import numpy as np

L = keras.layers
SHAPE = (8, 8, 3)


def conv(x, filters=6, size=3, **arguments):
    return L.Conv2D(filters, size, padding="same", **arguments)(x)


def head(x):
    return L.Dense(4)(L.GlobalAveragePooling2D()(x))


def norm_relu(x):
    return L.ReLU()(L.BatchNormalization()(x))


def separable_without_bias():
    x = inputs = keras.Input(SHAPE)
    x = norm_relu(conv(x))
    x = norm_relu(L.SeparableConv2D(8, 3, use_bias=False)(x))
    return keras.Model(inputs, head(x))


def norm_after_dense():
    x = inputs = keras.Input(SHAPE)
    x = L.Flatten()(L.MaxPooling2D()(conv(x, activation="relu")))
    x = norm_relu(L.Dense(12)(x))
    return keras.Model(inputs, L.Dense(4)(x))


def norm_after_activation():
    x = inputs = keras.Input(SHAPE)
    x = L.BatchNormalization()(conv(x, activation="relu"))
    x = L.BatchNormalization()(L.MaxPooling2D()(conv(x)))
    return keras.Model(inputs, head(x))


def norm_after_vector_activation():
    x = inputs = keras.Input(SHAPE)
    x = L.Dense(8, activation="relu")(L.Flatten()(conv(x, activation="relu")))
    return keras.Model(inputs, L.Dense(4)(L.BatchNormalization()(x)))


def pre_activation_residual():
    x = inputs = keras.Input(SHAPE)
    x = conv(x)
    y = conv(norm_relu(x))
    x = L.Add()([x, y])
    return keras.Model(inputs, head(norm_relu(x)))


def residual():
    x = inputs = keras.Input(SHAPE)
    x = norm_relu(conv(x))
    y = L.BatchNormalization()(conv(x))
    x = L.ReLU()(L.Add()([L.BatchNormalization()(conv(x, size=1)), y]))
    return keras.Model(inputs, head(x))


def sum_of_three():
    x = inputs = keras.Input(SHAPE)
    x = conv(x, activation="relu")
    x = L.Add()([x, conv(x), conv(x, size=1)])
    return keras.Model(inputs, head(L.ReLU(6.0)(x)))


def shared_layers():
    shared, norm = L.Conv2D(6, 3, padding="same"), L.BatchNormalization()
    left, right = keras.Input(SHAPE, name="left"), keras.Input(SHAPE, name="right")
    x = L.Add()([L.ReLU()(norm(shared(left))), L.ReLU()(norm(shared(right)))])
    return keras.Model([left, right], head(x))


def two_inputs():
    left, right = keras.Input(SHAPE, name="left"), keras.Input((4, 4, 1), name="right")
    x = L.GlobalAveragePooling2D()(norm_relu(conv(left)))
    y = L.GlobalAveragePooling2D()(norm_relu(conv(right)))
    return keras.Model([left, right], L.Dense(4)(L.Concatenate()([x, y])))


def nested():
    block = keras.Sequential(
        [L.Conv2D(6, 3, padding="same"), L.BatchNormalization(), L.ReLU()], name="block"
    )
    block.build((None, 8, 8, 6))
    x = inputs = keras.Input(SHAPE)
    return keras.Model(inputs, head(block(block(norm_relu(conv(x))))))


def conv_of_two_branches():
    x = inputs = keras.Input(SHAPE)
    x = conv(x)
    branches = [norm_relu(x), L.ReLU(6.0)(x)]
    return keras.Model(inputs, head(L.Concatenate()(branches)))


def depthwise_with_multiplier():
    x = inputs = keras.Input(SHAPE)
    x = norm_relu(L.DepthwiseConv2D(3, depth_multiplier=2, strides=2)(x))
    return keras.Model(inputs, head(L.Dropout(0.3)(norm_relu(conv(x, size=1)))))


def rescaled():
    return keras.Sequential(
        [
            keras.Input(SHAPE),
            L.Rescaling(1 / 127.5, offset=-1.0),
            L.ZeroPadding2D(1),
            L.Conv2D(6, 3, strides=2, use_bias=False),
            L.BatchNormalization(),
            L.Activation("relu6"),
            L.AveragePooling2D(4),
            L.Flatten(),
            L.Dense(4),
        ]
    )


def normalized():
    normalization = L.Normalization(mean=(120.0, 118.0, 110.0), variance=(3600.0, 3700.0, 4000.0))
    x = inputs = keras.Input(SHAPE)
    x = norm_relu(L.Conv2D(6, 3)(normalization(x)))
    return keras.Model(inputs, head(x))


def gated():
    x = inputs = keras.Input(SHAPE)
    x = conv(x, activation="hard_swish")
    gate = L.Dense(6, activation="hard_sigmoid", name="gate")(L.GlobalAveragePooling2D()(x))
    x = L.Multiply()([norm_relu(conv(x)), L.Reshape((1, 1, 6))(gate)])
    x = L.LeakyReLU(0.25)(conv(x))
    return keras.Model(inputs, head(L.Subtract()([x, conv(x)])))


def shared_norm_of_activations():
    norm = L.BatchNormalization()
    x = inputs = keras.Input(SHAPE)
    x = norm(conv(x, activation="relu"))
    return keras.Model(inputs, head(norm(L.ReLU()(L.Add()([x, conv(x)])))))


def norm_at_the_input():
    x = inputs = keras.Input(SHAPE)
    return keras.Model(inputs, head(norm_relu(conv(L.BatchNormalization()(x)))))


def two_norms_of_one_conv():
    shared = L.Conv2D(6, 3, padding="same")
    x = inputs = keras.Input(SHAPE)
    x = L.Add()([norm_relu(shared(x)), norm_relu(shared(x))])
    return keras.Model(inputs, head(x))


def nested_of_two_inputs_and_outputs():
    left, right = keras.Input(SHAPE), keras.Input(SHAPE)
    x = norm_relu(L.Concatenate()([conv(left), conv(right)]))
    block = keras.Model([left, right], [x, conv(x)], name="block")
    x = inputs = keras.Input(SHAPE)
    y, z = block([x, conv(x, 3, activation="relu")])
    return keras.Model(inputs, [head(y), head(z)])


def transposed():
    x = inputs = keras.Input(SHAPE)
    x = norm_relu(L.Conv2DTranspose(5, 3, strides=2, output_padding=1, use_bias=False)(x))
    x = L.Conv2DTranspose(4, 2, strides=2, activation="relu")(x)
    return keras.Model(inputs, head(x))


def parametric():
    slopes = keras.initializers.Constant(0.25)
    x = inputs = keras.Input(SHAPE)
    x = L.PReLU(slopes, shared_axes=[1, 2])(L.BatchNormalization()(conv(x)))
    x = L.PReLU(slopes)(L.Dense(8)(L.Flatten()(x)))
    return keras.Model(inputs, L.Dense(4)(x))


def sequence():
    x = inputs = keras.Input((24, 3))
    x = norm_relu(L.Conv1D(6, 3, padding="causal", dilation_rate=2)(x))
    x = norm_relu(L.DepthwiseConv1D(3, padding="same", use_bias=False)(x))
    x = norm_relu(L.SeparableConv1D(8, 3, strides=2, use_bias=False)(x))
    x = L.BatchNormalization()(L.Conv1D(4, 1, activation="relu")(x))
    return keras.Model(inputs, L.Dense(4)(L.Flatten()(x)))


STRUCTURES = [
    conv_of_two_branches,
    depthwise_with_multiplier,
    gated,
    nested,
    nested_of_two_inputs_and_outputs,
    norm_after_activation,
    norm_after_dense,
    norm_after_vector_activation,
    norm_at_the_input,
    normalized,
    parametric,
    pre_activation_residual,
    rescaled,
    residual,
    separable_without_bias,
    sequence,
    shared_layers,
    shared_norm_of_activations,
    sum_of_three,
    transposed,
    two_inputs,
    two_norms_of_one_conv,
]


def with_uneven_norms(model, seed=0):
    """`model` with norms as training leaves them: none of their multipliers a power of two."""
    random = np.random.default_rng(seed)
    for layer in model._flatten_layers():
        if isinstance(layer, L.BatchNormalization):
            channels = layer.gamma.shape[0]
            sign = np.where(np.arange(channels) % 4 == 1, -1.0, 1.0)
            layer.set_weights(
                [
                    sign * random.uniform(0.3, 3.0, channels),
                    random.normal(0, 0.5, channels),
                    random.normal(0, 0.5, channels),
                    random.uniform(0.2, 4.0, channels),
                ]
            )
    return model


def pictures(model, images=32, seed=0):
    """uint8 pixels for each input of `model`: channels of different brightness, and noise."""
    random = np.random.default_rng(seed)

    def pixels(shape):
        level = random.uniform(0, 1, (images, *[1] * (len(shape) - 1), shape[-1]))
        return (255 * level * random.uniform(0, 1, (images, *shape))).astype("uint8")

    return [pixels(tensor.shape[1:]) for tensor in model.inputs]
