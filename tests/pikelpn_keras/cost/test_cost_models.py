"""Prices, each against a number that can be worked out by hand."""

import dataclasses
import math

import pytest

from pikelpn_keras.cost import ACE_V2, COST_MODELS, CostModel, NumberFormat, Operations, cost_model
from pikelpn_keras.cost.number_formats import number_format, signed, unsigned
from pikelpn_keras.cost.operations import KINDS, OPERANDS

ENERGY, GATES = COST_MODELS["energy_45nm"], COST_MODELS["gate_level"]


def price(model, kind, *names):
    return model.cost([Operations(kind, tuple(map(number_format, names)), 1, "scale")])


def test_names():
    assert set(COST_MODELS) == {
        "ace_v2",
        "pessimistic_shift",
        "charged_accumulator",
        "gate_level",
        "energy_45nm",
    }
    assert all(model.name == name for name, model in COST_MODELS.items())


@pytest.mark.parametrize(
    ("kind", "operands", "expected"),
    [
        ("mac", ("int8", "int4", "int20"), 32),
        ("mac", ("int8", "int1", "int20"), 8),
        # One addition is what ACE charges for a weight of one bit.
        ("accumulate", ("int8", "int20"), 8),
        ("multiply", ("float32", "float32"), 1024),
        ("multiply", ("bfloat16", "bfloat16"), 256),
        ("multiply", ("int20", "int3"), 60),
        ("add", ("int20", "int8"), 20),
        ("add", ("float32", "float32"), 32),
        ("compare", ("int8", "int12"), 12),
        ("shift", ("int20", "int4"), 20),
        ("lookup", ("int8", "int8"), 8),
    ],
)
def test_ace_v2(kind, operands, expected):
    assert price(ACE_V2, kind, *operands) == expected


def test_variants_of_ace_v2():
    assert price(COST_MODELS["pessimistic_shift"], "shift", "int20", "int4") == 80
    assert price(COST_MODELS["charged_accumulator"], "mac", "int8", "int4", "int20") == 52
    assert price(COST_MODELS["charged_accumulator"], "accumulate", "int8", "int20") == 20
    assert price(COST_MODELS["charged_accumulator"], "shift", "int20", "int4") == 20


@pytest.mark.parametrize(
    ("kind", "name", "picojoules"),
    [
        ("add", "int8", 0.03),
        ("add", "int32", 0.1),
        ("add", "float16", 0.4),
        ("add", "float32", 0.9),
        ("multiply", "int8", 0.2),
        ("multiply", "int32", 3.1),
        ("multiply", "float16", 1.1),
        ("multiply", "float32", 3.7),
    ],
)
def test_energies_are_those_of_the_table(kind, name, picojoules):
    assert price(ENERGY, kind, name, name) == pytest.approx(picojoules)


def test_other_energies():
    assert price(ENERGY, "mac", "int8", "int8", "int32") == pytest.approx(0.2 + 0.1)
    # Three rows of multiplexers, each 0.3 of an adder of 32 bits.
    assert price(ENERGY, "shift", "int32", "int3") == pytest.approx(3 * 0.3 * 0.1)
    assert price(ENERGY, "lookup", "int8", "int8") == pytest.approx(8 * 10 / 64)
    assert price(ENERGY, "multiply", "int8", "float32") == pytest.approx(3.7)
    with pytest.raises(ValueError, match="floats of 16 and 32 bits, not of 64"):
        price(ENERGY, "add", "float64", "float64")


def test_gates():
    assert price(GATES, "add", "int8", "int4") == 5 * 8
    # 32 AND gates and three rows of 8 full adders, whichever operand comes first.
    assert price(GATES, "multiply", "int8", "int4") == 32 + 3 * 8 * 5
    assert price(GATES, "multiply", "int4", "int8") == 32 + 3 * 8 * 5
    assert price(GATES, "multiply", "int8", "int1") == 8
    assert price(GATES, "mac", "int8", "int4", "int20") == 32 + 3 * 8 * 5 + 5 * 20
    assert price(GATES, "shift", "int20", "int4") == 3 * 20 * 4
    # A tree of 3 multiplexers for each of 8 bits.
    assert price(GATES, "lookup", "int2", "int8") == 3 * 3 * 8
    # Significands of 11 bits, exponents of 5.
    assert price(GATES, "multiply", "float16", "float16") == (
        11 * 11 + 5 * 11 * 10 + 5 * 5 + (3 + 5) * 11
    )
    # Two shifters of 11 bits by up to 4 bits; two adders of 11 and one of 5 bits.
    assert price(GATES, "add", "float16", "float16") == 2 * 3 * 11 * 4 + 5 * (2 * 11 + 5)
    with pytest.raises(ValueError, match="floats of 16, 32, 64 bits, not of 8"):
        price(GATES, "add", "float8", "float8")


@pytest.mark.parametrize("model", COST_MODELS.values(), ids=COST_MODELS)
@pytest.mark.parametrize("kind", KINDS)
def test_every_price_is_positive_and_grows_with_the_operands(model, kind):
    narrow, wide = (price(model, kind, *[name] * len(OPERANDS[kind])) for name in ("int4", "int16"))
    assert 0 < narrow < wide < math.inf
    assert price(model, kind, *["float16"] * len(OPERANDS[kind])) <= price(
        model, kind, *["float32"] * len(OPERANDS[kind])
    )


def test_a_model_of_ones_own():
    own = dataclasses.replace(ACE_V2, name="own", prices={**ACE_V2.prices, "add": lambda *_: 7})
    assert price(own, "add", "int8", "int8") == 7
    assert cost_model(own) is own
    with pytest.raises(ValueError, match="'half' has no price for mac, accumulate"):
        CostModel("half", "ACE", {"add": lambda first, second: 1})


def test_unknown_names_are_refused():
    with pytest.raises(ValueError, match="'watts' is no cost model; use ace_v2, "):
        cost_model("watts")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("divide", (NumberFormat(8),) * 2, 1, "scale"), "'divide' is no kind of operation"),
        (("add", (NumberFormat(8),) * 2, 1, "decor"), "'decor' is no part of the work"),
        (("add", (NumberFormat(8),), 1, "scale"), "'add' has the operands first, second; 1 are"),
        (("add", (NumberFormat(8),) * 2, -1, "scale"), "a count of 'add' cannot be -1"),
    ],
)
def test_operations_are_checked(arguments, sentence):
    with pytest.raises(ValueError, match=sentence):
        Operations(*arguments)


def test_number_formats():
    assert number_format("uint8") == number_format("int8") == NumberFormat(8)
    assert str(number_format("bfloat16")) == "float16"
    assert [signed(n).bits for n in (0, 1, 7, 8)] == [1, 2, 4, 5]
    assert [unsigned(n).bits for n in (0, 1, 7, 8)] == [1, 1, 3, 4]
    for wrong in ("string", "int", "8", None):
        with pytest.raises(ValueError, match="names no number format"):
            number_format(wrong)
    with pytest.raises(ValueError, match="a number has 1 to 256 bits"):
        number_format("int0")
