"""tfmot's int8 training of a float net, and the file that TFLiteConverter makes of it.

    fine_tune_worker.py WEIGHTS.npz DATA.npz EPOCHS OUTPUT.tflite

The net is `architectures.CIFAR` with the shape of the pictures in DATA.npz; its weights come in the
order of `get_weights`. Pictures are flipped and shifted at random, as in `training.py`.
"""

import dataclasses
import pathlib
import sys

import numpy as np
import tensorflow_model_optimization as tfmot
import tf_keras
from architectures import CIFAR
from float_net import separable_net
from tools import TOOLS

BATCH_SIZE = 128
RATE = 2e-4
LARGEST_SHIFT = 4


def augmented(images, random):
    """Flipped and shifted copies of `(n, height, width, channels)` pictures."""
    flips = random.random(len(images)) < 0.5
    images = np.where(flips[:, None, None, None], images[:, :, ::-1], images)
    border = (LARGEST_SHIFT, LARGEST_SHIFT)
    padded = np.pad(images, ((0, 0), border, border, (0, 0)), mode="reflect")
    height, width = images.shape[1:3]
    shifts = random.integers(0, 2 * LARGEST_SHIFT + 1, (len(images), 2))
    return np.stack(
        [p[y : y + height, x : x + width] for p, (y, x) in zip(padded, shifts, strict=True)]
    )


def batches(images, labels, epochs, random):
    """Yields batches of all pictures, in a new order each epoch."""
    for _ in range(epochs):
        order = random.permutation(len(images))
        for start in range(0, len(order) - BATCH_SIZE + 1, BATCH_SIZE):
            chosen = order[start : start + BATCH_SIZE]
            pictures = augmented(images[chosen], random) / np.float32(256)
            yield pictures.astype("float32"), labels[chosen]


def main(weights, data, epochs, output):
    """Trains and writes the file."""
    tf_keras.utils.set_random_seed(0)
    with np.load(data) as file:
        images, labels = file["x_train"], file["y_train"].astype("int32")
    architecture = dataclasses.replace(CIFAR, input_shape=images.shape[1:])
    model = separable_net(tf_keras, architecture)
    with np.load(weights) as file:
        model.set_weights([file[str(index)] for index in range(len(file.files))])
    model = tfmot.quantization.keras.quantize_model(model)
    steps = int(epochs) * (len(images) // BATCH_SIZE)
    rate = tf_keras.optimizers.schedules.CosineDecay(RATE, steps)
    loss = tf_keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(tf_keras.optimizers.Adam(rate), loss)
    source = batches(images, labels, int(epochs), np.random.default_rng(0))
    model.fit(source, steps_per_epoch=steps, verbose=0)
    pathlib.Path(output).write_bytes(TOOLS["tfmot"].convert(model, None))


if __name__ == "__main__":
    main(*sys.argv[1:])
