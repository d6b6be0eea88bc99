import keras
import pytest

import pikelpn_keras as pk
from tests.pikelpn_keras.layer_test_case import LayerTestCase


class TestQuantConv2DTranspose(LayerTestCase):
    input_shape = (5, 6, 4)
    cases = [
        {"kernel_size": 3, "strides": 2, "padding": "same"},
        {"kernel_size": 2, "strides": 2, "use_bias": False},
        {"kernel_size": (4, 5), "strides": 2, "padding": "same", "kernel_quantizer": "uniform7"},
        {"kernel_size": (3, 4), "strides": 2, "kernel_quantizer": "power_of_two6"},
        {"kernel_size": (3, 2), "padding": "same"},
        {"kernel_size": (2, 4), "strides": 3},
        {"kernel_size": 3, "strides": 2, "padding": "same", "output_padding": (1, 0)},
        {"kernel_size": (5, 4), "strides": 2, "padding": "same", "output_padding": 1},
        {"kernel_size": (2, 3), "strides": 3, "output_padding": (2, 0)},
        {"kernel_size": (3, 2), "dilation_rate": (2, 3), "padding": "same"},
        {"kernel_size": 2, "dilation_rate": 2, "kernel_quantizer": "binary"},
    ]

    def layer(self, **arguments):
        return pk.layers.QuantConv2DTranspose(3, **arguments)


class TestQuantConv2DTransposeWithNorm(TestQuantConv2DTranspose):
    cases = [{"kernel_size": 4, "strides": 2, "padding": "same", "use_bias": False}]

    def around(self, x, layer):
        return pk.layers.QuantReLU(6)(pk.layers.QuantNorm()(layer(x)))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"strides": (1, 2)}, r"'t' takes equal strides, as DEPTH_TO_SPACE does, not \(1, 2\)"),
        (
            {"kernel_size": 4, "strides": 2, "padding": "same", "output_padding": 0},
            "'t' cuts more than a stride off .*leave output_padding out",
        ),
        ({"activation": "relu"}, "'t' ends in an accumulator and takes no activation"),
        ({"data_format": "channels_first"}, "'t' needs data_format='channels_last'"),
        ({"kernel_quantizer": "octal"}, "kernel_quantizer of QuantConv2DTranspose 't': 'octal' is"),
    ],
)
def test_refuses(arguments, message):
    with pytest.raises(ValueError, match=message):
        pk.layers.QuantConv2DTranspose(4, **{"kernel_size": 3, "name": "t", **arguments})


def test_refuses_input_without_a_grid():
    model = keras.Sequential([keras.Input((4, 4, 1)), pk.layers.QuantConv2DTranspose(2, 3)])
    with pytest.raises(ValueError, match="needs an input on a grid.*QuantInput"):
        model(keras.ops.zeros((1, 4, 4, 1)))
