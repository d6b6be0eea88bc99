import pytest

import pikelpn_keras as pk
from tests.pikelpn_keras.layer_test_case import LayerTestCase


class TestQuantSeparableConv1D(LayerTestCase):
    input_shape = (17, 4)
    cases = [
        {"kernel_size": 3},
        {"kernel_size": 5, "padding": "same", "strides": 2, "depth_multiplier": 2},
    ]

    def layer(self, **arguments):
        return pk.layers.QuantSeparableConv1D(6, **arguments)


class TestQuantSeparableConv1DWithNorm(TestQuantSeparableConv1D):
    cases = [{"kernel_size": 3, "use_bias": False}]

    def layer(self, **arguments):
        return super().layer(
            depthwise_norm=pk.layers.QuantNorm(),
            depthwise_activation=pk.layers.QuantReLU(),
            **arguments,
        )

    def around(self, x, layer):
        return pk.layers.QuantReLU()(pk.layers.QuantNorm()(layer(x)))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"padding": "causal"}, "The `padding` argument must be .* Received: causal"),
        ({"activation": "relu"}, "'c' ends in an accumulator and takes no activation"),
        ({"data_format": "channels_first"}, "'c' needs data_format='channels_last'"),
    ],
)
def test_refuses(arguments, message):
    with pytest.raises(ValueError, match=message):
        pk.layers.QuantSeparableConv1D(6, 3, name="c", **arguments)
