import keras
import pytest

import pikelpn_keras as pk
from tests.pikelpn_keras.layer_test_case import LayerTestCase


class TestQuantFlatten(LayerTestCase):
    cases = [{}]

    def layer(self, **arguments):
        return pk.layers.QuantFlatten(**arguments)

    def around(self, x, layer):
        x = pk.layers.QuantReLU()(pk.layers.QuantConv2D(2, 3)(x))
        return pk.layers.QuantIdentity()(pk.layers.QuantDense(5)(layer(x)))


class TestQuantReshape(LayerTestCase):
    input_shape = (8, 8, 4)
    cases = [{"target_shape": (6, -1, 5)}, {"target_shape": (90, 2)}]

    def layer(self, **arguments):
        return pk.layers.QuantReshape(**arguments)

    def around(self, x, layer):
        return layer(pk.layers.QuantIdentity()(pk.layers.QuantConv2D(5, 3)(x)))


def test_refuses_an_accumulator():
    model = keras.Sequential(
        [
            keras.Input((8, 8, 1)),
            pk.layers.QuantInput(),
            pk.layers.QuantConv2D(2, 3),
            pk.layers.QuantFlatten(name="flat"),
        ]
    )
    with pytest.raises(ValueError, match="'flat' reads a 32-bit accumulator: put .*QuantReLU"):
        model(keras.ops.zeros((1, 8, 8, 1)))
    with pytest.raises(ValueError, match="'flat' reads the 32-bit accumulator of 'quant_conv2d"):
        pk.integer_graph(model)


def test_refuses_channels_first():
    with pytest.raises(ValueError, match="'flat' needs data_format='channels_last'"):
        pk.layers.QuantFlatten(name="flat", data_format="channels_first")
