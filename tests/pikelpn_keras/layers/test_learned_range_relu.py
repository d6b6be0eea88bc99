import keras
import numpy as np
import pytest
import tensorflow as tf

import pikelpn_keras as pk
from tests.pikelpn_keras.layer_test_case import LayerTestCase


class TestQuantLearnedRangeReLU(LayerTestCase):
    cases = [{"threshold": 0.5}, {"bits": 4, "threshold": 1.5}]

    def layer(self, **arguments):
        return pk.layers.QuantLearnedRangeReLU(**arguments)

    def around(self, x, layer):
        return layer(pk.layers.QuantConv2D(6, 3)(x))


def built(bits=4, threshold=6.0):
    """A layer and a function that feeds it values on a fine grid."""
    layer = pk.layers.QuantLearnedRangeReLU(bits=bits, threshold=threshold)
    identity = pk.layers.QuantInput(exponent=-4, signed=True)
    layer(identity(np.zeros((1, 1), "float32")))
    return layer, identity


def gradients(layer, x, upstream):
    with tf.GradientTape() as tape:
        tape.watch(x)
        loss = tf.reduce_sum(layer(x) * upstream)
    return tape.gradient(loss, [x, layer.log2_threshold.value])


@pytest.mark.parametrize("bits", [2, 3, 4])
def test_gradients_are_those_of_tqt(bits):
    layer, identity = built(bits, threshold=3.0)
    values = np.arange(-128, 128, dtype="float32") / 16
    upstream = np.random.default_rng(0).normal(size=values.shape).astype("float32")
    x = identity(values[None])
    to_x, to_threshold = gradients(layer, x, upstream)
    step, high = 2.0 ** (2 - bits), 2**bits - 1
    rounded = np.floor(values / step + 0.5)
    inside = (rounded >= 0) & (rounded <= high)
    local = np.where(inside, rounded - values / step, np.where(rounded > high, high, 0))
    assert np.array_equal(to_x[0], np.where(inside, upstream, 0))
    assert np.isclose(to_threshold, step * np.log(2) * (local * upstream).sum(), rtol=1e-5)


def test_a_range_that_clips_widens_and_one_that_is_too_wide_narrows():
    exponents = []
    for start in (0.75, 6.0):
        layer, identity = built(threshold=start)
        values = identity(np.linspace(0, 3, 64, dtype="float32")[None])
        for _ in range(100):
            with tf.GradientTape() as tape:
                loss = tf.reduce_mean((layer(values) - values) ** 2)
            layer.log2_threshold.assign_sub(
                tf.sign(tape.gradient(loss, layer.log2_threshold.value)) * 0.05
            )
        exponents.append(layer.grid.exponent)
    # Values end at 3, between the ranges 2 and 4, about which the threshold swings.
    assert set(exponents) <= {-3, -2}


def test_a_frozen_grid_holds_still_without_gradient():
    layer, identity = built(threshold=6.0)
    layer.freeze()
    layer.log2_threshold.assign(7.5)
    layer.freeze()
    assert layer.grid.exponent == -1
    x = identity(np.ones((1, 3), "float32"))
    assert gradients(layer, x, np.ones((1, 3), "float32"))[1] == 0
    layer.unfreeze()
    assert layer.grid.exponent == 4


def test_the_switch_alone_holds_the_grid_of_the_last_training_step():
    layer, identity = built(threshold=6.0)
    x = identity(np.ones((1, 3), "float32"))
    layer.log2_threshold.assign(3.5)
    layer(x)
    layer.log2_threshold.assign(1.5)
    layer(x, training=True)
    next(v for v in layer.non_trainable_variables if v.name == "frozen").assign(True)
    layer.log2_threshold.assign(7.5)
    layer(x, training=True)
    assert layer.grid.exponent == 2 - 4


@pytest.mark.parametrize("threshold", [0, -1.0, np.inf])
def test_refuses_thresholds(threshold):
    with pytest.raises(ValueError, match="'r' takes a positive threshold"):
        pk.layers.QuantLearnedRangeReLU(threshold=threshold, name="r")


def test_freezing_before_building_is_refused():
    with pytest.raises(ValueError, match="'r' is not built yet"):
        pk.layers.QuantLearnedRangeReLU(name="r").freeze()


def test_config():
    layer = pk.layers.QuantLearnedRangeReLU(bits=5, threshold=2.0)
    same = keras.layers.deserialize(keras.layers.serialize(layer))
    assert (same.bits, same.threshold) == (5, 2.0)
