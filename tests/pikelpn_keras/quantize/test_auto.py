"""`QuantConfig` with "auto": each kernel gets the quantizer that fits its weights."""

import json

import keras
import numpy as np
import pytest

from pikelpn_keras import QuantConfig, quantize_model
from pikelpn_keras.quantize.scales import choose_exponents, fitting_quantizer
from pikelpn_keras.quantizers import PowerOfTwoQuantizer, UniformQuantizer, relative_error

L = keras.layers
UNIFORM, POWERS = UniformQuantizer(4), PowerOfTwoQuantizer(6)


@pytest.fixture(scope="module")
def float_model():
    """A net whose pointwise kernels are Gaussian and heavy-tailed."""
    random = np.random.default_rng(0)
    model = keras.Sequential(
        [
            keras.Input((8, 8, 3)),
            L.Conv2D(256, 3, padding="same", name="stem"),
            L.DepthwiseConv2D(3, padding="same", name="depthwise"),
            L.Conv2D(256, 1, name="gaussian"),
            L.ReLU(),
            L.Conv2D(32, 1, name="heavy_tailed"),
            L.ReLU(),
            L.GlobalAveragePooling2D(),
            L.Dense(10, name="classes"),
        ]
    )
    for name, draw in (
        ("depthwise", random.standard_normal),
        ("gaussian", random.standard_normal),
        ("heavy_tailed", lambda shape: random.standard_t(2, shape)),
    ):
        layer = model.get_layer(name)
        kernel, bias = layer.get_weights()
        layer.set_weights([draw(kernel.shape) * 0.1, bias])
    return model


@pytest.mark.parametrize("weight_loss", ["max", "mse"])
def test_each_kernel_gets_what_fits(float_model, weight_loss):
    config = QuantConfig.pikelpn(
        depthwise="auto",
        pointwise="auto",
        weight_loss=weight_loss,
        overrides={"classes": {"quantizer": "auto"}},
    )
    model = quantize_model(float_model, config)
    for name, wanted in (
        ("stem", UniformQuantizer(7)),
        ("depthwise", UNIFORM),
        ("gaussian", UNIFORM),
        ("heavy_tailed", POWERS),
    ):
        assert model.get_layer(name).quantizer.settings == wanted.settings
        assert type(model.get_layer(name).quantizer) is type(wanted)
    assert isinstance(model.get_layer("classes").quantizer, UniformQuantizer)
    held = model.get_layer("heavy_tailed").quantizer.held_exponents
    assert (held is None) == (weight_loss == "max")


def test_three_bits(float_model):
    config = QuantConfig.pikelpn(depthwise="auto3", pointwise="auto3")
    model = quantize_model(float_model, config)
    found = [model.get_layer(name).quantizer for name in ("depthwise", "heavy_tailed")]
    assert [type(quantizer) for quantizer in found] == [UniformQuantizer, PowerOfTwoQuantizer]
    assert [quantizer.bits for quantizer in found] == [3, 3]


def test_the_exponents_of_the_loss_decide():
    """Clipping the tails is worth it: at the exponents of least error the order turns about."""
    weights = np.random.default_rng(0).laplace(size=(4096, 64)).astype("float32")
    candidates = [UNIFORM, POWERS]
    assert fitting_quantizer(weights, candidates, (-1,), "max") is POWERS
    assert fitting_quantizer(weights, candidates, (-1,), "mse") is UNIFORM
    held = [q.holding(choose_exponents(weights, q)) for q in candidates]
    assert relative_error(weights, held[0]) < relative_error(weights, held[1])


def test_comes_back_from_json():
    config = QuantConfig.pikelpn(depthwise="auto", overrides={"a": {"quantizer": "auto3"}})
    assert QuantConfig.from_config(json.loads(json.dumps(config.get_config()))) == config
    assert config.for_layer("a", "pointwise").quantizer == "auto3"
