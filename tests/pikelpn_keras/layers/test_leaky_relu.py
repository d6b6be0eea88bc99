import numpy as np
import pytest
import tensorflow as tf

import pikelpn_keras as pk
from tests.pikelpn_keras.layer_test_case import LayerTestCase


class TestQuantLeakyReLU(LayerTestCase):
    cases = [{"negative_slope": 0.1}, {"negative_slope": 1.0, "bits": 5}]

    def layer(self, **arguments):
        return pk.layers.QuantLeakyReLU(**arguments)

    def around(self, x, layer):
        return layer(pk.layers.QuantConv2D(6, 3)(x))


def fed(layer, values):
    x = pk.layers.QuantInput(exponent=-4, signed=True)(np.asarray(values, "float32"))
    return np.asarray(layer(x))


@pytest.mark.parametrize("exponent", range(-9, 1))
def test_against_a_plain_loop(exponent):
    q = np.arange(-128, 128)
    expected = [x if x >= 0 else int(np.floor(x * 2.0 ** max(exponent, -8) + 0.5)) for x in q]
    layer = pk.layers.QuantLeakyReLU(2.0**exponent)
    assert (fed(layer, q / 16) * 16).tolist() == expected


def test_gradient_is_the_slope():
    layer = pk.layers.QuantLeakyReLU(0.25)
    x = pk.layers.QuantInput(exponent=-4, signed=True)(np.array([-2.0, 0.0, 2.0], "float32"))
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = layer(x)
    assert tape.gradient(y, x).numpy().tolist() == [0.25, 1.0, 1.0]


@pytest.mark.parametrize("slope", [0, -0.5, 1.5])
def test_refuses_slopes(slope):
    with pytest.raises(ValueError, match="'l' takes a negative_slope above 0 and at most 1"):
        pk.layers.QuantLeakyReLU(slope, name="l")
