import keras
import pytest

import pikelpn_keras as pk
from tests.pikelpn_keras.layer_test_case import LayerTestCase


class TestQuantSeparableConv2D(LayerTestCase):
    cases = [
        {"kernel_size": 3},
        {"kernel_size": 3, "padding": "same", "strides": 2, "use_bias": False, "between": "both"},
        {"kernel_size": 5, "padding": "same", "depth_multiplier": 2, "between": "activation"},
        {
            "kernel_size": 3,
            "dilation_rate": 2,
            "depthwise_quantizer": "uniform7",
            "pointwise_quantizer": "uniform2",
            "between": "norm",
        },
    ]

    def layer(self, between="nothing", **arguments):
        if between in ("both", "norm"):
            arguments["depthwise_norm"] = pk.layers.QuantNorm()
        if between in ("both", "activation"):
            arguments["depthwise_activation"] = pk.layers.QuantReLU(6)
        return pk.layers.QuantSeparableConv2D(6, **arguments)


def test_halves_have_their_own_quantizers():
    layer = pk.layers.QuantSeparableConv2D(
        4, 3, depthwise_quantizer="ternary", pointwise_quantizer={**_config("power_of_two5")}
    )
    assert layer.depthwise_quantizer == pk.quantizers.TernaryQuantizer()
    assert layer.pointwise_quantizer == pk.quantizers.PowerOfTwoQuantizer(5)


@pytest.mark.parametrize("between", ["relu", keras.layers.ReLU(), pk.layers.QuantNorm])
def test_refuses_foreign_layers_between(between):
    with pytest.raises(ValueError, match="'s' takes a layer of pikelpn_keras.layers as depthwise_"):
        pk.layers.QuantSeparableConv2D(4, 3, depthwise_activation=between, name="s")


def test_refuses_a_norm_that_another_layer_has():
    norm = pk.layers.QuantNorm(name="n")
    pk.layers.QuantSeparableConv2D(4, 3, depthwise_norm=norm, name="first")
    with pytest.raises(ValueError, match="'s' is given the depthwise_norm 'n'.* 'first'; give it"):
        pk.layers.QuantSeparableConv2D(4, 3, depthwise_norm=norm, name="s")


def _config(name):
    return pk.quantizers.serialize(pk.quantizers.get(name))
