import dataclasses
import json

import pytest

from pikelpn_keras import QuantConfig
from pikelpn_keras.config import InputGrid, LayerConfig
from pikelpn_keras.quantizers import BinaryQuantizer, UniformQuantizer

PRESETS = ("pikelpn", "w8a8", "w4a4", "binary")


@pytest.mark.parametrize("preset", PRESETS)
def test_comes_back_from_json(preset):
    config = getattr(QuantConfig, preset)(
        overrides={"a*": {"quantizer": "ternary"}}, input=InputGrid.features(-4)
    )
    assert QuantConfig.from_config(json.loads(json.dumps(config.get_config()))) == config


@pytest.mark.parametrize("preset", PRESETS)
def test_presets_leave_room_for_an_exact_encoding(preset):
    config = getattr(QuantConfig, preset)()
    for role in ("first", "last", "convolution", "pointwise", "depthwise", "dense"):
        assert getattr(config, role).max_integer <= 63


def test_is_frozen_and_strict():
    config = QuantConfig.w8a8()
    with pytest.raises(dataclasses.FrozenInstanceError):
        config.activation_bits = 4
    with pytest.raises(TypeError, match="bitz"):
        QuantConfig.w8a8(bitz=3)
    with pytest.raises(TypeError, match="bitz"):
        QuantConfig.w8a8(overrides={"a": {"bitz": 3}})
    with pytest.raises(ValueError, match="weight_loss is one of"):
        QuantConfig.w8a8(weight_loss="l1")
    with pytest.raises(ValueError, match="activation_bits are 2 to 8, not 9"):
        QuantConfig.w8a8(overrides={"a": {"activation_bits": 9}})
    with pytest.raises(ValueError, match="is no quantizer"):
        QuantConfig.w8a8(dense="uniform77x")
    with pytest.raises(ValueError, match="weight_rounding is one of compensated, nearest"):
        QuantConfig.w8a8(weight_rounding="up")
    with pytest.raises(ValueError, match="scale of an InputGrid"):
        InputGrid(scale=0.0)


def test_the_last_matching_override_counts():
    config = QuantConfig.w8a8(
        overrides={"conv*": {"quantizer": "binary"}, "conv1": LayerConfig(activation_bits=4)}
    )
    found = config.for_layer("conv1", "convolution")
    assert (found.quantizer, found.activation_bits) == (BinaryQuantizer(), 4)
    assert config.for_layer("stem", "convolution").quantizer == UniformQuantizer(7)


def test_ends_come_before_kinds():
    config = QuantConfig.pikelpn()
    assert config.for_layer("a", "first", "pointwise").quantizer.bits == 7
    without = QuantConfig.pikelpn(first=None)
    assert without.for_layer("a", "first", "depthwise").quantizer == UniformQuantizer(4)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ({"dense": "uniform99"}, "dense: UniformQuantizer takes 2 to 8 bits"),
        ({"overrides": {"a*": {"quantizer": "tiny"}}}, "override 'a.': quantizer: 'tiny' is no"),
        ({"overrides": {"a*": {"activation_bits": 9}}}, "override 'a.': activation_bits are 2"),
        (
            {"overrides": {"a*": "uniform4"}},
            "override 'a.': LayerConfig or a dict .*not 'uniform4'",
        ),
        ({"overrides": ["a*"]}, "overrides is a dict by names of layers"),
        ({"input": "uint8"}, "InputGrid or a dict of its arguments is needed, not 'uint8'"),
        ({"overrides": {"a*": {"weight_rounding": 1}}}, "override 'a.': weight_rounding is one of"),
    ],
)
def test_refusals_say_where(arguments, sentence):
    with pytest.raises(ValueError, match=sentence):
        QuantConfig.w8a8(**arguments)
