"""Sums over all but the channels, and arithmetic with one number for each channel.

TensorFlow's CPU operators are slow at both where a pixel has few channels: they sum by columns, and
repeat a short row for every pixel. There a row is several pixels, 64 numbers where that many fit,
and a sum is a product with ones. Without XLA every operator is a pass over the activations, so this
is a tenth of a training step. Elsewhere the compiler fuses what surrounds it, and nothing is done.
"""

import functools
import math

import keras
from keras import ops

from pikelpn_keras.tracing import traced_once

# Longer rows are not quicker.
ROW_LENGTH = 64


@functools.cache
def on_tensorflow_cpu():
    """Whether tensors are TensorFlow's and no GPU computes on them."""
    if keras.backend.backend() != "tensorflow":
        return False
    import tensorflow as tf

    # On a GPU a product with ones may be rounded to TF32.
    return not tf.config.list_physical_devices("GPU")


def rows_of(x):
    """`x`, channels last, in the form that the functions here take, and arithmetic is quick with.

    Args:
        x: tensor of shape (batch, ..., channels).

    Example:

    >>> rows = rows_of(ops.ones((5, 2, 2, 3)))
    >>> ops.convert_to_numpy(channel_sums(rows, 3))
    array([20., 20., 20.], dtype=float32)
    """
    if not on_tensorflow_cpu():
        return x
    *pixels, channels = x.shape[1:] if len(x.shape) > 1 else x.shape
    together = 1
    if None not in pixels:
        together = math.gcd(math.prod(pixels), max(1, ROW_LENGTH // channels))
    return ops.reshape(x, (-1, together * channels))


def spread(vector, rows):
    """A vector of one number for each channel, to compute with `rows`.

    Example:

    >>> rows = rows_of(ops.ones((5, 2, 2, 3)))
    >>> ops.convert_to_numpy(channel_sums(rows * spread(ops.array([1.0, 2.0, 3.0]), rows), 3))
    array([20., 40., 60.], dtype=float32)
    """
    together = rows.shape[-1] // vector.shape[-1]
    return vector if together == 1 else ops.tile(vector, together)


def channel_sums(rows, channels):
    """The sums of `channels` channels, a vector."""
    if not on_tensorflow_cpu():
        return ops.sum(rows, list(range(len(rows.shape) - 1)))
    import tensorflow as tf

    sums = tf.matmul(tf.ones((1, ops.shape(rows)[0]), rows.dtype), rows)
    if rows.shape[-1] == channels:
        return tf.reshape(sums, (channels,))
    return tf.reduce_sum(tf.reshape(sums, (-1, channels)), axis=0)


def channel_size(x):
    """How many values each channel of `x` has, as float32."""
    return ops.cast(math.prod(ops.shape(x)[:-1]), "float32")


@traced_once
def channel_moments(x):
    """Mean and variance of each channel of `x`, NaN where there are no values.

    Args:
        x: float32 tensor of shape (batch, ..., channels).

    Example:

    >>> mean, variance = channel_moments(ops.array([[1.0, 0.0], [3.0, 0.0]]))
    >>> ops.convert_to_numpy(mean), ops.convert_to_numpy(variance)
    (array([2., 0.], dtype=float32), array([1., 0.], dtype=float32))
    """
    if not on_tensorflow_cpu():
        return ops.moments(x, axes=list(range(len(x.shape) - 1)))
    import tensorflow as tf

    rows, channels, size = rows_of(x), x.shape[-1], channel_size(x)
    mean = channel_sums(rows, channels) / size
    deviations = tf.math.squared_difference(rows, spread(mean, rows))
    return mean, channel_sums(deviations, channels) / size
