"""Training on one device and on all of them: throughput, and whether all agree on every exponent.

    KERAS_BACKEND=jax python benchmarks/distributed.py --data=cifar10_jpeg.npz \
        [--width=1] [--batch_size=256] [--steps=60] [--epochs=4]

For a host with several GPUs; any number of JAX's devices will do, and on a host without GPUs
XLA_FLAGS=--xla_force_host_platform_device_count=2 makes two of its CPU. The data file holds x_train
and y_train, pictures as uint8. A PikeLPN net trains with `model.fit`: on one device, then under
`keras.distribution.DataParallel` on all with the same batches, and on all with as many pictures for
each device as the one had. A JSON line for each training tells the pictures a second (of the
fastest epoch: the first compiles, and so does the one after which norms are frozen), the loss, and
the weights whose copies on the devices differ. The last line tells how many frozen exponents differ
between one device and all on the same batches. Copies that differ end it with status 1.
"""

import json
import sys
import time
from contextlib import nullcontext

import jax
import keras
import numpy as np
from absl import app, flags

import pikelpn_keras as pk

_DATA = flags.DEFINE_string("data", None, "npz file of pictures and labels", required=True)
_WIDTH = flags.DEFINE_float("width", 1.0, "width multiplier of the net", lower_bound=0.01)
_BATCH_SIZE = flags.DEFINE_integer("batch_size", 256, "pictures for one device", lower_bound=1)
_STEPS = flags.DEFINE_integer("steps", 60, "steps of an epoch", lower_bound=1)
_EPOCHS = flags.DEFINE_integer("epochs", 4, "epochs of a training", lower_bound=2)
EXPONENTS = ("multiplier", "exponent")


class Clock(keras.callbacks.Callback):
    """Takes the time of each epoch, in seconds."""

    def on_train_begin(self, logs=None):
        self.seconds = []

    def on_epoch_begin(self, epoch, logs=None):
        self._start = time.perf_counter()

    def on_epoch_end(self, epoch, logs=None):
        self.seconds.append(time.perf_counter() - self._start)


def train(devices, batch_size, images, labels):
    """Trains a net under the freeze schedule on so many pictures a step.

    Returns:
        the model and what is printed of its training.
    """
    keras.utils.set_random_seed(0)
    clock = Clock()
    distributed = len(devices) > 1
    scope = keras.distribution.DataParallel(devices=devices).scope if distributed else nullcontext
    with scope():
        model = pk.models.PikeLPN(
            input_shape=images.shape[1:], classes=int(labels.max()) + 1, width=_WIDTH.value
        )
        loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
        model.compile(keras.optimizers.AdamW(1e-3), loss)
        history = model.fit(
            *batches(images, labels, batch_size),
            batch_size=batch_size,
            epochs=_EPOCHS.value,
            shuffle=False,
            verbose=0,
            callbacks=[pk.callbacks.FreezeSchedule(), clock],
        )
    return model, {
        "devices": len(devices),
        "batch_size": batch_size,
        "images_per_second": round(_STEPS.value * batch_size / min(clock.seconds), 1),
        "epoch_seconds": [round(seconds, 3) for seconds in clock.seconds],
        "loss": history.history["loss"][-1],
        "copies_that_differ": copies_that_differ(model),
    }


def batches(images, labels, batch_size):
    """The pictures and labels of an epoch; the data start again where they end."""
    indices = np.arange(_STEPS.value * batch_size) % len(images)
    return images[indices], labels[indices]


def copies_that_differ(model):
    """Paths of the weights that are not the same, bit for bit, on all devices."""
    return [
        variable.path
        for variable in model.weights
        if len({np.asarray(shard.data).tobytes() for shard in variable.value.addressable_shards})
        > 1
    ]


def exponents(model):
    """All multipliers and exponents of a model, in one vector."""
    return np.concatenate(
        [
            np.ravel(keras.ops.convert_to_numpy(variable))
            for variable in model.weights
            if variable.name in EXPONENTS
        ]
    )


def main(_):
    """Measures and prints."""
    with np.load(_DATA.value) as file:
        images, labels = file["x_train"], file["y_train"].reshape(-1).astype("int32")
    devices = keras.distribution.list_devices()
    batch_size = _BATCH_SIZE.value
    shared = batch_size - batch_size % len(devices)
    found = []
    for used, pictures in (
        (devices[:1], shared),
        (devices, shared),
        (devices, batch_size * len(devices)),
    ):
        model, line = train(used, pictures, images, labels)
        print(json.dumps({"device": jax.devices()[0].device_kind, **line}), flush=True)
        found.append((exponents(model), line))
    (one, _), (shares, _), _ = found
    differ = int(np.count_nonzero(one != shares))
    print(json.dumps({"exponents": len(one), "exponents_that_differ_from_one_device": differ}))
    if any(line["copies_that_differ"] for _, line in found):
        sys.exit(1)


if __name__ == "__main__":
    app.run(main)
