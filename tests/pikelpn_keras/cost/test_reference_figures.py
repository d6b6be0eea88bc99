"""Figures of the literature and of PokeBNN's code, from descriptions of the nets."""

import collections
import re

import pytest

from pikelpn_keras.cost import ACE_V2, Formats, ace, report
from tests.pikelpn_keras.cost import architectures

INT4 = Formats("int4", "int4", "float32")
INT8 = Formats("int8", "int8", "float32")
BFLOAT16 = Formats("bfloat16", "bfloat16", "bfloat16")
FLOAT32 = Formats("float32", "float32", "float32")


def resnet50_v1(formats):
    return architectures.resnet50(formats, strided_size=1)


def resnet50_v1_5(formats):
    return architectures.resnet50(formats, strided_size=3)


@pytest.mark.parametrize(
    ("net", "formats", "giga_ace"),
    [
        (architectures.mobilenet_v1, INT4, 9.10),
        (architectures.mobilenet_v1, INT8, 36.4),
        (architectures.mobilenet_v1, BFLOAT16, 145.6),
        (architectures.mobilenet_v1, FLOAT32, 582),
        (architectures.mobilenet_v2, INT4, 4.81),
        (architectures.mobilenet_v2, INT8, 19.25),
        (architectures.mobilenet_v2, BFLOAT16, 77.0),
        (architectures.mobilenet_v2, FLOAT32, 308),
        (resnet50_v1, INT4, 61.7),
        (resnet50_v1, INT8, 246.9),
        (resnet50_v1, BFLOAT16, 988),
        (resnet50_v1_5, INT4, 65.4),
        (resnet50_v1_5, INT8, 261.7),
        (resnet50_v1_5, BFLOAT16, 1047),
    ],
)
def test_ace(net, formats, giga_ace):
    digits = len(str(giga_ace).partition(".")[2])
    # The text has these figures rounded to so many digits.
    assert ace(net(formats)) / 1e9 == pytest.approx(giga_ace, abs=0.51 * 10**-digits)


@pytest.mark.parametrize(
    ("net", "macs"),
    [
        (architectures.mobilenet_v1, 568_740_352),
        (architectures.mobilenet_v2, 300_774_272),
        (resnet50_v1, 3_857_973_248),
        (resnet50_v1_5, 4_089_184_256),
    ],
)
def test_macs(net, macs):
    assert net(INT8).mac_count == macs


def test_macs_of_mobilenet_v1_by_layer():
    macs = collections.Counter()
    for entry in report(architectures.mobilenet_v1(INT8)).layers:
        if entry.macs:
            macs[re.sub("(?<=w)[0-9]+", "", entry.layer.name)] += entry.macs
    assert {name: round(count / 1e6, 2) for name, count in macs.items()} == {
        "conv1": 10.84,
        "dw": 17.39,
        "pw": 539.49,
        "classifier": 1.02,
    }


@pytest.fixture(scope="module")
def pokebnn():
    return architectures.PokeBNN(Formats("int1", "int1", "bfloat16")).workload()


def test_ace_of_pokebnn(pokebnn):
    layers = report(pokebnn).layers
    convolutions = [entry.ace for entry in layers if entry.layer.kind != "Dense"]
    assert sum(convolutions) == 4_091_469_824
    assert ace(pokebnn) - sum(convolutions) == 1000 * 2048 * 8 * 8
    assert round(ace(pokebnn) / 1e9, 3) == 4.223


@pytest.mark.parametrize(
    ("layers", "kind", "count"),
    [
        ("norm", "multiply", 17_912_832),
        ("dprelu", "multiply", 9_106_944),
        ("local", "add", 8_805_888),
        ("block", "add", 5_519_360),
        ("pool_", "add", 7_902_720),
        ("shrink", "add", 5_419_008),
        ("squeeze", "add", 8_906_240),
        ("gate", "multiply", 8_805_888),
    ],
)
def test_scalar_operations_of_pokebnn(pokebnn, layers, kind, count):
    assert count == sum(
        entry.count
        for layer in pokebnn.layers
        if layer.name.startswith(layers)
        for entry in layer.work.operations
        if entry.kind == kind
    )


def elementwise(workload, charged):
    """Cost of the elementwise operations for which `charged(layer, operations)`, in 1e9."""
    return (
        sum(
            ACE_V2.cost([entry])
            for layer in workload.layers
            for entry in layer.work.operations
            if entry.part != "mac" and charged(layer, entry)
        )
        / 1e9
    )


@pytest.mark.parametrize(
    ("number", "cost"), [("bfloat16", 10.33), ("float32", 39.0), ("int8", 2.87)]
)
def test_elementwise_work_of_pokebnn(number, cost):
    def charged(layer, entry):
        # As the figure counts: products and additions of activations, none of single vectors.
        pooled = layer.kind in ("AveragePool2D", "Mean", "GlobalAveragePool")
        return layer.name != "mean" and (
            entry.kind == "add" or (entry.kind == "multiply" and not pooled)
        )

    workload = architectures.PokeBNN(Formats("int1", "int1", number)).workload()
    digits = len(str(cost).partition(".")[2])
    assert elementwise(workload, charged) == pytest.approx(cost, abs=0.6 * 10**-digits)


@pytest.mark.parametrize(
    ("number", "cost", "share"), [("float32", 10.5, 0.54), ("bfloat16", 2.66, 0.23)]
)
def test_elementwise_work_of_mobilenet_v1(number, cost, share):
    workload = architectures.mobilenet_v1(Formats("int4", "int4", number))
    found = elementwise(workload, lambda layer, entry: entry.part in ("norm", "scale"))
    assert found == pytest.approx(cost, abs=0.02)
    assert found / (found + ace(workload) / 1e9) == pytest.approx(share, abs=0.006)
