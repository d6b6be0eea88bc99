import keras
import pytest

import pikelpn_keras as pk
from tests.pikelpn_keras.layer_test_case import LayerTestCase


class TestQuantConv2D(LayerTestCase):
    cases = [
        {"kernel_size": 3},
        {"kernel_size": 3, "padding": "same", "strides": 2, "use_bias": False},
        {"kernel_size": (5, 3), "strides": (1, 2), "kernel_quantizer": "uniform7"},
        {"kernel_size": 3, "padding": "same", "dilation_rate": 2, "kernel_quantizer": "uniform2"},
        {"kernel_size": 1, "kernel_quantizer": "power_of_two6"},
        {"kernel_size": 7, "padding": "same", "kernel_quantizer": "power_of_two3"},
        {"kernel_size": 3, "kernel_quantizer": "binary"},
        {"kernel_size": 2, "kernel_quantizer": "ternary"},
        {
            "kernel_size": 3,
            "kernel_quantizer": pk.quantizers.UniformQuantizer(5, per_channel=False),
        },
    ]

    def layer(self, **arguments):
        return pk.layers.QuantConv2D(5, **arguments)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"activation": "relu"}, "'c' ends in an accumulator and takes no activation"),
        ({"groups": 2}, "'c' has groups"),
        ({"data_format": "channels_first"}, "'c' needs data_format='channels_last'"),
        ({"kernel_quantizer": "uniform9"}, "2 to 8 bits, not 9"),
        ({"kernel_quantizer": "octal"}, "kernel_quantizer of QuantConv2D 'c': 'octal' is no quant"),
    ],
)
def test_refuses(arguments, message):
    with pytest.raises(ValueError, match=message):
        pk.layers.QuantConv2D(4, 3, name="c", **arguments)


def test_refuses_input_without_a_grid():
    model = keras.Sequential([keras.Input((8, 8, 1)), pk.layers.QuantConv2D(2, 3, name="c")])
    with pytest.raises(ValueError, match="QuantConv2D 'c' needs an input on a grid.*QuantInput"):
        model.predict(keras.ops.zeros((1, 8, 8, 1)), verbose=0)


def test_refuses_an_accumulator():
    model = keras.Sequential(
        [
            keras.Input((8, 8, 1)),
            pk.layers.QuantInput(),
            pk.layers.QuantConv2D(2, 3),
            pk.layers.QuantConv2D(2, 3, name="second"),
        ]
    )
    with pytest.raises(ValueError, match="'second' reads a 32-bit accumulator: put .*QuantReLU"):
        model(keras.ops.zeros((1, 8, 8, 1)))
