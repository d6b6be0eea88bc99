import pytest

import pikelpn_keras as pk
from tests.pikelpn_keras.layer_test_case import LayerTestCase


class TestQuantUpSampling2D(LayerTestCase):
    cases = [{"size": (2, 3)}]

    def layer(self, **arguments):
        return pk.layers.QuantUpSampling2D(**arguments)

    def around(self, x, layer):
        return layer(pk.layers.QuantIdentity(6)(pk.layers.QuantConv2D(8, 3)(x)))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"interpolation": "bilinear"}, "'u' interpolates by 'nearest' only, not by 'bilinear'"),
        ({"data_format": "channels_first"}, "'u' needs data_format='channels_last'"),
    ],
)
def test_refuses(arguments, message):
    with pytest.raises(ValueError, match=message):
        pk.layers.QuantUpSampling2D(name="u", **arguments)
