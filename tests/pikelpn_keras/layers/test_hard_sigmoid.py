import keras
import numpy as np
import pytest
import tensorflow as tf

import pikelpn_keras as pk
from tests.pikelpn_keras.layer_test_case import LayerTestCase


class TestQuantHardSigmoid(LayerTestCase):
    cases = [{}, {"bits": 5}]

    def layer(self, **arguments):
        return pk.layers.QuantHardSigmoid(**arguments)

    def around(self, x, layer):
        return layer(pk.layers.QuantNorm()(pk.layers.QuantConv2D(6, 3)(x)))


@pytest.mark.parametrize("bits", range(2, 9))
def test_values_are_those_of_keras_rounded(bits):
    model = keras.Sequential(
        [
            keras.Input((256,)),
            pk.layers.QuantInput(exponent=-5, signed=True),
            pk.layers.QuantHardSigmoid(bits),
        ]
    )
    step = 2.0 ** (3 - bits)
    x = np.arange(-128, 128, dtype="float32")[None] / 32
    rounded = np.clip(np.floor(x / step + 0.5) * step, -4, 4 - step)
    expected = keras.ops.convert_to_numpy(keras.activations.hard_sigmoid(rounded))
    expected = np.minimum(np.floor(expected * 2**bits + 0.5), 2**bits - 1) / 2**bits
    assert np.array_equal(model(x), expected)


def test_gradient_is_that_of_the_function():
    x = pk.layers.QuantInput(exponent=-5, signed=True)(np.array([-3.5, -1.0, 2.0, 3.5], "float32"))
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = pk.layers.QuantHardSigmoid()(x)
    assert np.allclose(tape.gradient(y, x), [0, 1 / 6, 1 / 6, 0])


def test_refuses_bits():
    with pytest.raises(ValueError, match="'s' takes 2 to 8 bits, not 9"):
        pk.layers.QuantHardSigmoid(9, name="s")
