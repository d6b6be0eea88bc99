import csv
import io
import json
import sys

import keras
import numpy as np
import pytest

import pikelpn_keras as pk
import tflite_export
from tests.cli.conftest import small_model
from tests.tflite_export.reading.plain_files import Layer, in_several_subgraphs, linear
from tflite_export.cli import saved_models


@pytest.fixture
def tflite_file(model_file, tmp_path):
    path = tmp_path / "converted.tflite"
    path.write_bytes(tflite_export.convert(saved_models.load(model_file)))
    return path


@pytest.fixture(scope="module")
def float_file(tmp_path_factory):
    path = tmp_path_factory.mktemp("floats") / "floats.keras"
    layers = [keras.Input((8, 8, 1)), keras.layers.Conv2D(4, 3, use_bias=False, name="conv")]
    keras.Sequential(layers).save(path)
    return path


# The convolution of small_model: 3x3 positions, 9 taps, 4 filters; its dense layer 4 x 10.
MACS = 9 * 9 * 4 + 40


def test_report_of_one_model(model_file, pikelpn):
    status, out, err = pikelpn("ace", model_file)
    assert (status, err) == (0, "")
    assert out.startswith("small: cost of one image by ace_v2, ACE\n")
    (total,) = [line for line in out.splitlines() if line.startswith("total")]
    assert total.split()[1] == str(MACS)
    graph = pk.integer_graph(saved_models.load(model_file))
    assert total.split()[2] == f"{pk.cost.ace(graph):,}"
    assert f"{pk.cost.ace_v2(graph):,}" in total


def test_file_and_model_have_the_same_macs(model_file, tflite_file, pikelpn):
    status, out, _ = pikelpn("ace", model_file, tflite_file, "--compare", "--format=json")
    assert status == 0
    first, second = json.loads(out)["models"]
    assert [first["name"], second["name"]] == ["small", "converted"]
    assert first["macs"] == second["macs"] == MACS
    assert second["unknown"] == []


def test_comparison_is_one_table(model_file, float_file, pikelpn):
    status, out, _ = pikelpn("ace", model_file, float_file, "--compare")
    assert status == 0
    assert out.startswith("2 models: cost of one image")
    assert out.splitlines()[-1].startswith("floats")


def test_several_reports_stand_after_each_other(model_file, float_file, pikelpn):
    status, out, _ = pikelpn("ace", model_file, float_file)
    assert status == 0
    assert "small: cost" in out and "\n\nfloats: cost" in out


@pytest.mark.parametrize("name", ["json", "csv"])
def test_several_reports_have_no_single_form(name, model_file, pikelpn):
    status, _, err = pikelpn("ace", model_file, model_file, f"--format={name}")
    assert (status, err) == (2, f"pikelpn: --format={name} takes one file, or --compare\n")


def test_float_models_in_other_formats(float_file, pikelpn):
    words = ("ace", float_file, "--format=csv")
    _, plain, _ = pikelpn(*words)
    _, supposed, _ = pikelpn(*words, "--weights=int4", "--activations=int8", "--elementwise=int16")
    costs = [int(list(csv.DictReader(io.StringIO(out)))[-1]["cost"]) for out in (plain, supposed)]
    # 36 positions, 9 taps, 4 filters; a product of 16 x 16 bits for each of 144 sums.
    assert costs == [36 * 9 * 4 * 32 * 32, 36 * 9 * 4 * 4 * 8 + 144 * 16 * 16]


def test_other_cost_models(float_file, pikelpn):
    _, out, _ = pikelpn("ace", float_file, "--cost_model=energy_45nm", "--format=json")
    # A product and an addition of float32, in pJ.
    assert json.loads(out)["cost"] == pytest.approx(36 * 9 * 4 * (3.7 + 0.9))


def test_output_and_picture(float_file, tmp_path, pikelpn):
    report, picture = tmp_path / "cost.md", tmp_path / "cost.png"
    words = ("--format=markdown", f"--output={report}", f"--plot={picture}")
    status, out, err = pikelpn("ace", float_file, *words)
    assert (status, out) == (0, "")
    assert err == f"wrote {report}\nwrote {picture}\n"
    assert report.read_text().startswith("**floats: cost of one image")
    assert picture.read_bytes().startswith(b"\x89PNG")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["cost.md", "cost.png"]


def test_picture_of_several_models(float_file, model_file, tmp_path, pikelpn):
    picture = tmp_path / "shares.png"
    status, _, _ = pikelpn("ace", float_file, model_file, "--compare", f"--plot={picture}")
    assert status == 0
    assert picture.read_bytes().startswith(b"\x89PNG")


def test_a_picture_needs_matplotlib(float_file, tmp_path, pikelpn, monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    status, _, err = pikelpn("ace", float_file, f"--plot={tmp_path / 'cost.png'}")
    assert status == 1
    assert "--plot needs matplotlib; install it with" in err


def test_what_is_not_counted_is_said(tmp_path, pikelpn):
    path = tmp_path / "odd.keras"
    layers = [keras.Input((4,)), keras.layers.Dense(2, activation="mish", name="dense")]
    keras.Sequential(layers).save(path)
    status, out, err = pikelpn("ace", path)
    assert (status, err) == (0, "odd: not counted: dense (activation mish)\n")
    assert "Unknown and not counted:" in out


@pytest.mark.parametrize(
    ("words", "status", "sentence"),
    [
        (["absent.keras"], 1, "absent.keras: no such file"),
        (["absent.tflite"], 1, "absent.tflite: No such file or directory"),
        (["model.onnx"], 1, "model.onnx: give .keras and .tflite files"),
        ([], 2, "usage: pikelpn ace FILE..."),
        (["a.keras", "--cost_model=watts"], 2, "--cost_model=watts: value should be one of"),
        (["a.keras", "--output=report.md"], 2, "--output=report.md: the name must end in .txt"),
        (["a.keras", "--plot=cost.pdf"], 2, "--plot=cost.pdf: the name must end in .png"),
        (["a.keras", "--weights=int4"], 2, "give all of --weights, --activations and"),
        (
            ["a.keras", "--weights=4", "--activations=int8", "--elementwise=int8"],
            1,
            "'4' names no number format",
        ),
    ],
)
def test_refusals(words, status, sentence, pikelpn):
    found = pikelpn("ace", *words)
    assert found[0] == status
    assert sentence in found[2] and found[2].count("\n") == 1


def test_formats_are_for_float_models(model_file, tflite_file, pikelpn):
    formats = ("--weights=int4", "--activations=int8", "--elementwise=int8")
    status, _, err = pikelpn("ace", model_file, *formats)
    assert (status, "has quantized layers" in err) == (1, True)
    status, _, err = pikelpn("ace", tflite_file, *formats)
    assert (status, "this file has its own" in err) == (1, True)


def test_a_damaged_file_is_refused(tflite_file, pikelpn):
    tflite_file.write_bytes(tflite_file.read_bytes()[:200])
    status, _, err = pikelpn("ace", tflite_file)
    assert (status, err.count("\n")) == (1, 1)
    assert "damaged" in err


def test_an_unfinished_model_is_refused(tmp_path, pikelpn):
    path = tmp_path / "unfinished.keras"
    model = small_model(seed=3)
    keras.Sequential([keras.Input((8, 8, 1)), *model.layers[:-1]]).save(path)
    status, _, err = pikelpn("ace", path)
    assert (status, err.count("\n")) == (1, 1)
    assert "end the model with QuantIdentity()" in err


def test_every_subgraph_of_a_file_is_counted(tmp_path, pikelpn):
    path = tmp_path / "parts.tflite"
    layer = linear(np.random.default_rng(0), Layer("FULLY_CONNECTED"))
    path.write_bytes(in_several_subgraphs(layer))
    status, out, _ = pikelpn("ace", path)
    assert status == 0
    assert out.startswith("parts:main: cost of") and "\n\nparts:second: cost of" in out
    status, _, err = pikelpn("ace", path, "--format=json")
    assert (status, f"{path} has several subgraphs; add --compare" in err) == (1, True)
    status, out, _ = pikelpn("ace", path, "--format=json", "--compare")
    assert status == 0
    assert out.count("parts:second") >= 1
