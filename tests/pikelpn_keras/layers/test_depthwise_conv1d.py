import pytest

import pikelpn_keras as pk
from tests.pikelpn_keras.layer_test_case import LayerTestCase


class TestQuantDepthwiseConv1D(LayerTestCase):
    input_shape = (17, 4)
    cases = [
        {"kernel_size": 3},
        {"kernel_size": 4, "padding": "same", "strides": 2, "depth_multiplier": 2},
        {"kernel_size": 3, "dilation_rate": 2, "depthwise_quantizer": "uniform7"},
    ]

    def layer(self, **arguments):
        return pk.layers.QuantDepthwiseConv1D(**arguments)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"activation": "relu"}, "'c' ends in an accumulator and takes no activation"),
        ({"data_format": "channels_first"}, "'c' needs data_format='channels_last'"),
        ({"depthwise_quantizer": "octal"}, "depthwise_quantizer of QuantDepthwiseConv1D 'c': 'oct"),
    ],
)
def test_refuses(arguments, message):
    with pytest.raises(ValueError, match=message):
        pk.layers.QuantDepthwiseConv1D(3, name="c", **arguments)
