import keras
import numpy as np
import tensorflow as tf

import pikelpn_keras as pk
from tests.pikelpn_keras.layer_test_case import LayerTestCase


class TestQuantHardSwish(LayerTestCase):
    cases = [{}, {"bits": 5}]

    def layer(self, **arguments):
        return pk.layers.QuantHardSwish(**arguments)

    def around(self, x, layer):
        return layer(pk.layers.QuantNorm()(pk.layers.QuantConv2D(6, 3)(x)))


class TestQuantHardSwishOnVectors(TestQuantHardSwish):
    input_shape = (12,)
    cases = [{}]
    rounds = False

    def around(self, x, layer):
        return layer(pk.layers.QuantIdentity()(pk.layers.QuantDense(9)(x)))


def fed(values):
    """A layer and its outputs on values of a grid of step 1/16."""
    layer = pk.layers.QuantHardSwish(momentum=0.0)
    x = pk.layers.QuantInput(exponent=-4, signed=True)(np.asarray(values, "float32"))
    return layer, keras.ops.convert_to_numpy(layer(x, training=True))


def test_values_are_those_of_keras_rounded():
    x = np.arange(-128, 128, dtype="float32") / 16
    layer, outputs = fed(x)
    assert layer.exponent == -4
    expected = keras.ops.convert_to_numpy(keras.activations.hard_swish(x))
    assert np.array_equal(outputs, np.floor(expected * 16 + 0.5) / 16)


def test_the_range_ignores_what_lies_below_the_knee():
    assert fed([-8.0, 1.0])[0].exponent == fed([-3.0, 1.0])[0].exponent == -5


def test_exponents_out_of_the_tables_are_clipped():
    layer, _ = fed([1.0])
    layer._exponent.assign(-30)
    assert layer.grid.exponent == -20
    x = pk.layers.QuantInput(exponent=-4, signed=True)(np.array([1.0], "float32"))
    assert float(layer(x)[0]) == 2.0**-20 * 64


def test_gradient_is_that_of_the_function():
    layer, _ = fed([4.0])
    x = pk.layers.QuantInput(exponent=-4, signed=True)(np.array([-3.5, 0.0, 1.5], "float32"))
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = layer(x)
    assert np.allclose(tape.gradient(y, x), [0, 0.5, 1.0])
