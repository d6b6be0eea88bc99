import keras
import pytest

import pikelpn_keras as pk
from tests.pikelpn_keras.layer_test_case import LayerTestCase


class TestQuantDense(LayerTestCase):
    input_shape = (40,)
    images = 600
    cases = [
        {},
        {"use_bias": False, "kernel_quantizer": "uniform4"},
        {"kernel_quantizer": "power_of_two6"},
        {"kernel_quantizer": "uniform7"},
    ]

    def layer(self, **arguments):
        return pk.layers.QuantDense(30, **arguments)


class TestQuantDenseWithNorm(TestQuantDense):
    cases = [{}, {"kernel_quantizer": "uniform4"}]

    def around(self, x, layer):
        return pk.layers.QuantReLU()(pk.layers.QuantNorm()(layer(x)))


def test_refuses_images():
    with pytest.raises(ValueError, match="'d' takes vectors, not inputs of shape"):
        pk.layers.QuantDense(3, name="d")(keras.Input((4, 4, 2)))
