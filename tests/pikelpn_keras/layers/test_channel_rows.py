"""Sums and arithmetic by rows of several pixels against NumPy's by channels."""

import keras
import numpy as np
import pytest
from keras import ops

from pikelpn_keras.layers import channel_rows
from pikelpn_keras.layers.channel_rows import channel_moments, channel_sums, rows_of, spread

SHAPES = [(5, 4, 6, 8), (3, 5, 5, 3), (2, 8, 8, 64), (2, 2, 2, 100), (7, 10), (3, 1, 1, 1)]


def values(shape):
    return np.random.default_rng(0).normal(3, 2, shape).astype("float32")


@pytest.mark.parametrize("shape", SHAPES)
def test_sums_and_moments_are_those_of_channels(shape):
    x, axes = values(shape), tuple(range(len(shape) - 1))
    sums = channel_sums(rows_of(ops.array(x)), shape[-1])
    np.testing.assert_allclose(sums, x.sum(axes, "float64"), rtol=1e-5)
    mean, variance = channel_moments(ops.array(x))
    np.testing.assert_allclose(mean, x.mean(axes, "float64"), rtol=1e-5)
    np.testing.assert_allclose(variance, x.var(axes, "float64"), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("shape", SHAPES)
def test_every_number_meets_that_of_its_channel(shape):
    x, scale = values(shape), values(shape[-1:])
    rows = rows_of(ops.array(x))
    product = ops.reshape(rows * spread(ops.array(scale), rows), shape)
    np.testing.assert_array_equal(product, x * scale)


def test_variance_does_not_cancel():
    x = np.random.default_rng(0).normal(1e4, 1, (16, 8, 8, 4)).astype("float32")
    _, variance = channel_moments(ops.array(x))
    np.testing.assert_allclose(variance, x.var((0, 1, 2), "float64"), rtol=1e-2)


def test_moments_of_nothing_are_no_numbers():
    for moment in channel_moments(ops.zeros((0, 4, 4, 8))):
        assert np.isnan(moment).all() and moment.shape == (8,)


@pytest.mark.skipif(keras.backend.backend() != "tensorflow", reason="rows are for TensorFlow")
def test_rows_are_long_where_pixels_are_known_and_as_they_are_on_gpus(monkeypatch):
    import tensorflow as tf

    if not channel_rows.on_tensorflow_cpu():
        pytest.skip("a GPU computes here")
    assert rows_of(tf.zeros((2, 4, 4, 8))).shape == (4, 64)
    assert rows_of(tf.zeros((2, 3, 3, 8))).shape == (18, 8)

    @tf.function(input_signature=[tf.TensorSpec((None, None, 4, 8))])
    def width_of_unknown(x):
        return rows_of(x).shape[-1]

    assert width_of_unknown(tf.zeros((2, 4, 4, 8))) == 8
    monkeypatch.setattr(channel_rows, "on_tensorflow_cpu", lambda: False)
    assert rows_of(tf.zeros((2, 4, 4, 8))).shape == (2, 4, 4, 8)
