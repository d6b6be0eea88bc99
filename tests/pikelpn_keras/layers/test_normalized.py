"""The closed gradient of a norm against automatic differentiation of its formula."""

import contextlib

import keras
import numpy as np
import pytest
from keras import ops

import pikelpn_keras as pk
from pikelpn_keras.grids import attach_accumulator

GAMMA = np.array([1.5, -0.25, 0.0, 40.0], "float32")
BETA = np.array([0.3, -2.0, 1.0, 0.0], "float32")

pytestmark = pytest.mark.skipif(
    keras.backend.backend() != "tensorflow", reason="reads gradients by TensorFlow's tape"
)


@contextlib.contextmanager
def policy(name):
    keras.config.set_dtype_policy(name)
    try:
        yield
    finally:
        keras.config.set_dtype_policy("float32")


def normed(name="float32", **arguments):
    with policy(name):
        norm = pk.layers.QuantNorm(**arguments)
        norm.build((None, 5, 6, 4))
    if norm.scale:
        norm.gamma.assign(GAMMA)
    if norm.center:
        norm.beta.assign(BETA)
    norm.follow_statistics()
    return norm


def batch(seed=0):
    rng = np.random.default_rng(seed)
    values = rng.normal(size=(7, 5, 6, 4)) * [1.0, 30.0, 0.01, 5.0] + [0.0, 100.0, -0.05, 3.0]
    return values.astype("float32")


def upstream(seed=1):
    return np.random.default_rng(seed).normal(size=(7, 5, 6, 4)).astype("float32")


def gradients(function, x):
    """Outputs of a function of inputs, gamma and beta, and its gradients by all three."""
    import tensorflow as tf

    parameters = [tf.constant(x), tf.constant(GAMMA), tf.constant(BETA)]
    with tf.GradientTape() as tape:
        tape.watch(parameters)
        outputs = function(*parameters)
    zero = tf.UnconnectedGradients.ZERO
    found = tape.gradient(outputs, parameters, upstream(), unconnected_gradients=zero)
    return [np.array(values) for values in (outputs, *found)]


def gradients_of_layer(norm, x):
    """The same of a training step of the layer."""
    import tensorflow as tf

    inputs = tf.constant(x)
    with tf.GradientTape() as tape:
        tape.watch(inputs)
        outputs = norm(attach_accumulator(inputs, -8), training=True)
    sources = [inputs] + [v.value for v in (norm.gamma, norm.beta) if v is not None]
    zero = tf.UnconnectedGradients.ZERO
    found = tape.gradient(outputs, sources, upstream(), unconnected_gradients=zero)
    return [np.array(values) for values in (outputs, *found)]


def ratio(norm):
    wanted = np.abs(GAMMA) / np.sqrt(ops.convert_to_numpy(norm.moving_variance) + norm.epsilon)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(wanted > 0, np.clip(np.abs(norm.multiplier) / wanted, 0.5, 2.0), 1.0)


def by_the_batch(norm):
    """The formula of training, for automatic differentiation."""
    constant = ratio(norm).astype("float32")

    def formula(inputs, gamma, beta):
        mean, variance = ops.moments(inputs, (0, 1, 2))
        normal = (inputs - mean) * ops.rsqrt(variance + norm.epsilon)
        return normal * gamma * constant + beta

    return formula


def assert_close(found, expected):
    for one, two in zip(found, expected, strict=True):
        size = np.nanmax(np.abs(two), axis=tuple(range(two.ndim - 1)), initial=0)
        np.testing.assert_allclose(one / (size + 1e-6), two / (size + 1e-6), atol=2e-5)


@pytest.mark.parametrize("name", ["float32", "mixed_float16", "mixed_bfloat16"])
def test_training(name):
    norm, x = normed(name), batch()
    found = gradients_of_layer(norm, x)
    assert norm.multiplier[2] == 0 and found[2][2] != 0
    assert_close(found, gradients(by_the_batch(norm), x))


def test_multipliers_far_from_their_targets():
    norm = normed(scale_bits=1, momentum=0.0)
    found = gradients_of_layer(norm, batch())
    assert 2.0 in ratio(norm)
    assert_close(found, gradients(by_the_batch(norm), batch()))


@pytest.mark.parametrize("absent", [{"scale": False}, {"center": False}])
def test_without_gamma_or_beta(absent):
    norm, full = normed(**absent), normed()
    if not norm.scale:
        full.gamma.assign(np.ones(4))
        full.follow_statistics()
    if not norm.center:
        full.beta.assign(np.zeros(4))
    x = batch()
    outputs, to_inputs, to_parameter = gradients_of_layer(norm, x)
    expected = gradients_of_layer(full, x)
    assert_close([outputs, to_inputs], expected[:2])
    assert_close([to_parameter], expected[3:] if norm.center else expected[2:3])


def test_frozen():
    norm = normed()
    gradients_of_layer(norm, batch())
    norm.freeze()
    x = batch(2)
    outputs, to_inputs, to_gamma, to_beta = gradients_of_layer(norm, x)
    assert np.array_equal(outputs, norm(attach_accumulator(ops.convert_to_tensor(x), -8)))
    assert np.array_equal(to_inputs, upstream() * norm.multiplier)
    assert np.array_equal(to_gamma, np.zeros(4))
    assert_close([to_beta], [upstream().sum((0, 1, 2))])


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_a_batch_that_is_not_finite_spoils_its_channels_alone(bad):
    norm, x = normed(), batch()
    x[0, 0, 0, 1] = bad
    found = gradients_of_layer(norm, x)
    expected = gradients(by_the_batch(norm), x)
    for values in found[:3]:
        assert np.isnan(values[..., 1]).all()
    for values, reference in zip(found, expected, strict=True):
        assert np.isfinite(np.delete(values, 1, -1)).all()
        assert np.array_equal(np.isnan(values), np.isnan(reference))
    good = ([np.delete(v, 1, -1) for v in values] for values in (found, expected))
    assert_close(*good)
