import pytest

import pikelpn_keras as pk
from tests.pikelpn_keras.layer_test_case import LayerTestCase


class TestQuantZeroPadding2D(LayerTestCase):
    cases = [{"padding": ((0, 1), (2, 0))}]

    def layer(self, **arguments):
        return pk.layers.QuantZeroPadding2D(**arguments)

    def around(self, x, layer):
        x = layer(pk.layers.QuantReLU(5)(pk.layers.QuantConv2D(8, 3)(x)))
        return pk.layers.QuantIdentity()(pk.layers.QuantConv2D(4, 3, strides=2)(x))


class TestQuantCropping2D(TestQuantZeroPadding2D):
    cases = [{"cropping": ((0, 1), (2, 0))}]

    def layer(self, **arguments):
        return pk.layers.QuantCropping2D(**arguments)


@pytest.mark.parametrize("layer", ["QuantZeroPadding2D", "QuantCropping2D"])
def test_refuses_channels_first(layer):
    with pytest.raises(ValueError, match=f"{layer} 'p' needs data_format='channels_last'"):
        getattr(pk.layers, layer)(name="p", data_format="channels_first")
