import keras
import pytest

import pikelpn_keras as pk
from tests.pikelpn_keras.layer_test_case import LayerTestCase, pixels


class TestQuantGlobalAveragePooling2D(LayerTestCase):
    rounds = False
    cases = [{}, {"keepdims": True}]

    def layer(self, **arguments):
        return pk.layers.QuantGlobalAveragePooling2D(**arguments)

    def around(self, x, layer):
        return layer(pk.layers.QuantReLU()(pk.layers.QuantConv2D(16, 3)(x)))


class TestPoolingOf49(TestQuantGlobalAveragePooling2D):
    input_shape = (9, 9, 3)
    cases = [{}]


class TestPoolingOfSignedTensors(TestQuantGlobalAveragePooling2D):
    input_shape = (4, 4, 8)
    cases = [{}]

    def around(self, x, layer):
        return layer(pk.layers.QuantIdentity()(pk.layers.QuantConv2D(16, 1)(x)))


def test_refuses_huge_maps():
    with pytest.raises(ValueError, match="'p' averages at most 16384 positions"):
        pk.layers.QuantGlobalAveragePooling2D(name="p")(keras.Input((256, 256, 1)))


def test_averages_are_at_most_7_bits_finer():
    x = pk.layers.QuantInput()(pixels((4, 4, 2)))
    pool = pk.layers.QuantGlobalAveragePooling2D()
    pool.build(x.shape)
    pool.set_exponent(-40)
    assert float(pool(x)._pikelpn_grid.exponent) == -8 - 7


def test_refuses_open_sizes():
    x = pk.layers.QuantInput()(keras.Input((None, None, 3)))
    with pytest.raises(ValueError, match="'p' averages a map of the open size .*give keras.Input"):
        pk.layers.QuantGlobalAveragePooling2D(name="p")(x)
