import pytest

import pikelpn_keras as pk
from tests.pikelpn_keras.layer_test_case import LayerTestCase


class TestQuantConv1D(LayerTestCase):
    input_shape = (17, 4)
    cases = [
        {"kernel_size": 3},
        {"kernel_size": 4, "padding": "same", "strides": 2, "use_bias": False},
        {"kernel_size": 3, "padding": "causal", "dilation_rate": 2, "kernel_quantizer": "uniform7"},
    ]

    def layer(self, **arguments):
        return pk.layers.QuantConv1D(5, **arguments)


class TestQuantConv1DInANet(TestQuantConv1D):
    """Norm, a residual and a change of grid on sequences."""

    cases = [{"kernel_size": 3, "padding": "causal", "use_bias": False}]

    def around(self, x, layer):
        x = pk.layers.QuantReLU(6)(pk.layers.QuantNorm()(layer(x)))
        branch = pk.layers.QuantNorm()(pk.layers.QuantConv1D(5, 1)(x))
        x = pk.layers.QuantAdd(activation="relu")([x, branch])
        x = pk.layers.QuantIdentity(5)(pk.layers.QuantNorm()(x))
        return pk.layers.QuantIdentity()(pk.layers.QuantDense(3)(pk.layers.QuantFlatten()(x)))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"groups": 2}, "'c' has groups"),
        ({"activation": "relu"}, "'c' ends in an accumulator and takes no activation"),
        ({"data_format": "channels_first"}, "'c' needs data_format='channels_last'"),
        ({"kernel_quantizer": "octal"}, "kernel_quantizer of QuantConv1D 'c': 'octal' is no quant"),
    ],
)
def test_refuses(arguments, message):
    with pytest.raises(ValueError, match=message):
        pk.layers.QuantConv1D(4, 3, name="c", **arguments)
