import csv
import io
import json

import pytest

from pikelpn_keras.cost import WRITERS, Architecture, Comparison, Formats, Work, report
from tests.pikelpn_keras.cost.test_hand_counted import net


def described(name, weights):
    built = Architecture(name, Formats(weights, "int8", "float32"))
    built.scale("scale", built.dense("logits", (100,), 10))
    return built.workload()


def test_text_has_every_layer_and_the_totals():
    found = report(net())
    lines = str(found).splitlines()
    assert lines[0] == "by_hand: cost of one image by ace_v2, ACE"
    conv = next(line for line in lines if line.startswith("conv "))
    # 1132 of 1472; 16 bytes are 8 weights of 4 bits, 4 bytes of codes and 2 biases of 32 bits.
    numbers = "32 1,024 768 104 156 104 0 0 1,132 76.9 % 16"
    assert " ".join(conv.split()) == f"conv Conv2D 2x2x2 int8 x int4 {numbers}"
    (total,) = [line for line in lines if line.startswith("total")]
    assert total.split()[1:3] == ["38", "1,216"]
    assert f"{found.cost:,}" in total
    assert max(map(len, lines)) < 130
    assert all(line == line.rstrip() for line in lines)


def test_text_has_parts_operations_and_memory():
    lines = [" ".join(line.split()) for line in str(report(net())).splitlines()]
    # Numbers of test_hand_counted.py.
    for line in (
        "mac 832 56.5 %",
        "mac 24 0",
        "shift 3 7",
        "all 1,472 100.0 %",
        "MACs, int8 x int4 38 1,216",
        "all MACs 38 1,216",
        "weights of 4 bits 14",
        "weights 7",
        "all constants 21",
        "activations at their peak 24",
    ):
        assert line in lines


def test_csv_is_the_table_of_layers():
    found = report(net())
    rows = list(csv.DictReader(io.StringIO(WRITERS["csv"](found))))
    assert [row["layer"] for row in rows] == ["conv", "pool", "flat", "dense", "double", "total"]
    assert int(rows[0]["mac"]) == 768
    assert int(rows[-1]["cost"]) == found.cost
    assert sum(int(row["ACE"]) for row in rows[:-1]) == int(rows[-1]["ACE"]) == found.ace


def test_json_has_everything():
    found = report(net(), cost_model="energy_45nm")
    read = json.loads(WRITERS["json"](found))
    assert read["unit"] == "pJ"
    assert read["cost"] == found.cost
    assert read["counts"] == found.counts
    assert read["weight_bits"] == {"4": 14}
    assert read["storage_bits"]["biases"] == 64
    assert read["peak_activation_bits"] == 192
    first = read["layers"][0]
    assert first["operations"][0] == {
        "kind": "mac",
        "operands": ["int8", "int4", "int13"],
        "count": 24,
        "part": "mac",
    }
    assert sum(layer["cost"] for layer in read["layers"]) == pytest.approx(read["cost"])


def test_markdown_is_made_of_tables():
    built = Architecture("net", Formats("int8", "int8", "float32"))
    built.dense("a|b", (4,), 2)
    lines = WRITERS["markdown"](report(built.workload())).splitlines()
    rows = [line for line in lines if line.startswith("|")]
    assert rows[1].startswith("| --- | --- |") and rows[1].endswith("---: |")
    assert any(row.startswith("| a\\|b | Dense |") for row in rows)
    assert lines[0] == "**net: cost of one image by ace_v2, ACE**"


def test_comparison():
    found = Comparison(tuple(report(described(name, name)) for name in ("int8", "int4")))
    first, second = found.reports
    # 1000 MACs of 8 x 8 or 8 x 4 bits, 10 products of floats.
    assert (first.cost, second.cost) == (64000 + 10240, 32000 + 10240)
    assert found.relative_costs == (1, 42240 / 74240)
    lines = str(found).splitlines()
    assert lines[0] == "2 models: cost of one image by ace_v2, ACE"
    assert "0.57x" in lines[-1]
    read = json.loads(WRITERS["json"](found))
    assert [model["name"] for model in read["models"]] == ["int8", "int4"]
    rows = list(csv.DictReader(io.StringIO(WRITERS["csv"](found))))
    assert [row["elementwise part"] for row in rows] == ["10240", "10240"]


def test_a_comparison_lists_what_is_not_known():
    built = Architecture("odd", Formats("int8", "int8", "int8"))
    built.dense("logits", (4,), 2)
    built.layer("secret", "Lambda", (2,), Work(unknown=("Lambda",)))
    lines = str(Comparison((report(built.workload()),))).splitlines()
    assert lines[-1].split(maxsplit=1) == ["odd", "secret (Lambda)"]
    assert "Unknown and not counted:" in lines


def test_comparisons_are_checked():
    one, other = (report(described("int8", "int8"), name) for name in ("ace_v2", "energy_45nm"))
    with pytest.raises(ValueError, match="by one cost model, not ace_v2, energy_45nm"):
        Comparison((one, other))
    with pytest.raises(ValueError, match="by one cost model, not none"):
        Comparison(())


def test_a_model_that_costs_nothing():
    built = Architecture("empty", Formats("int8", "int8", "int8"))
    built.layer("nothing", "Reshape", (3,), Work())
    found = report(built.workload())
    assert (found.cost, found.elementwise_share) == (0, 0)
    for writer in WRITERS.values():
        assert "nothing" in writer(found)
    assert Comparison((found,)).relative_costs == (float("inf"),)
