"""What the distributed tests train, and on what."""

import keras
import numpy as np

import pikelpn_keras as pk
from tests.pikelpn_keras.nets import compile_for_classes

L = pk.layers
SHAPE, CLASSES = (8, 8, 3), 4
IMAGES, BATCH, EPOCHS = 64, 32, 5


def data():
    """Pictures, bright in one half of each batch and dark in the other, so that moments differ."""
    rng = np.random.default_rng(0)
    labels = rng.integers(0, CLASSES, IMAGES)
    images = rng.integers(0, 96, (IMAGES, *SHAPE))
    images[np.arange(IMAGES) % BATCH < BATCH // 2] += 128
    images[..., 0] += 8 * labels[:, None, None]
    return images.astype("uint8"), labels


def net(**norm_arguments):
    """Layers of every kind that has states."""
    # Drawn by NumPy: JAX takes ten seconds to compile the random numbers of each shape.
    rng = np.random.default_rng(1)
    kernel = {"kernel_initializer": "zeros"}
    model = keras.Sequential(
        [
            keras.Input(SHAPE),
            L.QuantInput(),
            L.QuantConv2D(8, 3, use_bias=False, name="first_conv", **kernel),
            L.QuantNorm(name="first_norm", **norm_arguments),
            L.QuantReLU(name="first_relu"),
            L.QuantConv2D(12, 3, use_bias=False, name="second_conv", **kernel),
            L.QuantNorm(name="second_norm", **norm_arguments),
            L.QuantLearnedRangeReLU(name="second_relu"),
            L.QuantFlatten(),
            L.QuantDense(CLASSES, name="logits", **kernel),
            L.QuantIdentity(name="output"),
        ]
    )
    for name in ("first_conv", "second_conv", "logits"):
        kernel = model.get_layer(name).kernel
        kernel.assign(rng.normal(0, 0.2, kernel.shape))
    compile_for_classes(model)
    return model


def fit(model):
    """Trains under the freeze schedule, in the same order each time."""
    images, labels = data()
    schedule = pk.callbacks.FreezeSchedule()
    arguments = {"epochs": EPOCHS, "batch_size": BATCH, "shuffle": False, "verbose": 0}
    model.fit(images, labels, callbacks=[schedule], **arguments)


def step(model):
    """Trains on one batch."""
    images, labels = data()
    model.fit(images[:BATCH], labels[:BATCH], batch_size=BATCH, shuffle=False, verbose=0)


def shares():
    """Pairs of shares of a batch, by what is odd about them."""
    rng = np.random.default_rng(2)
    batch = (100 + rng.normal(size=(8, 3))).astype("float32")
    broken = batch.copy()
    broken[6, 1] = np.inf
    return {
        "uneven": (batch[:5], batch[5:]),
        "one empty": (batch, batch[:0]),
        "one not finite": (broken[:5], broken[5:]),
    }
