import pytest

import pikelpn_keras as pk
from tests.pikelpn_keras.layer_test_case import LayerTestCase


class TestQuantMaxPooling2D(LayerTestCase):
    """Of signed values, whose border must not count as zeros."""

    cases = [
        {},
        {"pool_size": (3, 2), "strides": (1, 2), "padding": "same"},
    ]

    def layer(self, **arguments):
        return pk.layers.QuantMaxPooling2D(**arguments)

    def around(self, x, layer):
        return layer(pk.layers.QuantIdentity()(pk.layers.QuantConv2D(8, 3)(x)))


class TestQuantGlobalMaxPooling2D(TestQuantMaxPooling2D):
    cases = [{}, {"keepdims": True}]

    def layer(self, **arguments):
        return pk.layers.QuantGlobalMaxPooling2D(**arguments)


@pytest.mark.parametrize("layer", ["QuantMaxPooling2D", "QuantGlobalMaxPooling2D"])
def test_refuses_channels_first(layer):
    with pytest.raises(ValueError, match=f"{layer} 'p' needs data_format='channels_last'"):
        getattr(pk.layers, layer)(name="p", data_format="channels_first")
