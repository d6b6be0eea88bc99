"""Runs in a process of its own, under the backend of KERAS_BACKEND, with two virtual devices.

    python program.py OUT.npz

Trains a net on one device and on two, and writes every copy of every weight as RUN/WEIGHT, of shape
(copies, ...), and the model of two devices as OUT.keras.
"""

import contextlib
import pathlib
import sys

import keras
import numpy as np

from pikelpn_keras.layers.freezable import largest
from pikelpn_keras.replicas import batch_maximum, batch_moments
from tests.distributed import nets


def one_device():
    """No distribution, and a function that gives the one copy of a variable."""
    return contextlib.nullcontext, lambda variable: [variable.value]


def data_parallel():
    """The scope of Keras's distribution over JAX's devices, and the same."""
    scope = keras.distribution.DataParallel().scope
    return scope, lambda variable: [shard.data for shard in variable.value.addressable_shards]


def mirrored():
    """The scope of a mirrored strategy, and the same."""
    import tensorflow as tf

    (cpu,) = tf.config.list_physical_devices("CPU")
    tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * 2)
    strategy = tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"])
    return strategy.scope, lambda variable: strategy.experimental_local_results(variable.value)


def record(runs, run, model, copies):
    """Puts all copies of all weights into `runs`, under their paths within the model."""
    for variable in model.weights:
        _, name = variable.path.split("/", 1)
        runs[f"{run}/{name}"] = np.stack([np.asarray(copy) for copy in copies(variable)])


def train(runs, name, devices, **norm_arguments):
    """Trains a net, recorded after the first step and at the end; it is frozen by then."""
    scope, copies = devices
    with scope():
        model = nets.net(**norm_arguments)
        nets.step(model)
        record(runs, f"{name} first", model, copies)
        nets.fit(model)
    record(runs, f"{name} trained", model, copies)
    return model


def train_frozen(runs, name, devices, model):
    """One more step; what is frozen stays frozen."""
    scope, copies = devices
    with scope():
        nets.step(model)
    record(runs, f"{name} frozen", model, copies)


def take_over(model, other):
    """Gives a model the weights of another and its optimizer's state."""
    model.set_weights(other.get_weights())
    for mine, its in zip(model.optimizer.variables, other.optimizer.variables, strict=True):
        mine.assign(keras.ops.convert_to_numpy(its))


def reduce_shares(runs, devices):
    """Records what each replica knows of batches whose shares are odd."""
    import tensorflow as tf

    scope, _ = devices
    with scope():
        strategy = tf.distribute.get_strategy()

    def known(share):
        mean, variance = keras.ops.moments(share, axes=[0])
        return *batch_moments(mean, variance, tf.shape(share)[0]), batch_maximum(largest(share))

    for name, shares in nets.shares().items():
        distributed = strategy.experimental_distribute_values_from_function(
            lambda context, shares=shares: tf.constant(shares[context.replica_id_in_sync_group])
        )
        for key, found in zip(
            ("mean", "variance", "largest"), strategy.run(known, (distributed,)), strict=True
        ):
            runs[f"{name}/{key}"] = np.stack(strategy.experimental_local_results(found))


def main(out_path):
    backend = keras.backend.backend()
    one, two = one_device(), {"jax": data_parallel, "tensorflow": mirrored}[backend]()
    runs = {}
    on_one = train(runs, "one", one)
    on_two = train(runs, "two", two)
    on_two.save(pathlib.Path(out_path).with_suffix(".keras"))
    if backend == "tensorflow":
        train(runs, "synchronized", two, synchronized=True)
        reduce_shares(runs, two)
        take_over(on_one, on_two)
        train_frozen(runs, "one", one, on_one)
        train_frozen(runs, "two", two, on_two)
    np.savez(out_path, **runs)


if __name__ == "__main__":
    main(*sys.argv[1:])
