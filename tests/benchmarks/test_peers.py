"""The comparisons' nets are the library's, and the pure parts of the measuring."""

import doctest
import importlib
import os
import pathlib
import sys

import numpy as np
import pytest

import tflite_export
from benchmarks import page
from benchmarks.accuracy import architectures, nets
from benchmarks.peers import (
    differences,
    environments,
    float_net,
    instructions,
    libraries,
    results,
    turns,
)
from pikelpn_keras.models import mobilenet_v1


@pytest.mark.parametrize(
    "module", [architectures, differences, instructions, libraries, page, results, turns]
)
def test_examples_hold(module):
    tried = doctest.testmod(module)
    assert tried.attempted and not tried.failed


def test_mobilenet_is_that_of_the_library():
    assert architectures.MOBILENET_STEM == mobilenet_v1.STEM
    assert architectures.MOBILENET_BLOCKS == mobilenet_v1.BLOCKS


def test_cifar_net_is_that_of_the_accuracy_experiments():
    import keras

    assert architectures.CIFAR.blocks == nets.BLOCKS
    pairs = nets.float_net(), float_net.separable_net(keras, architectures.CIFAR)
    theirs, ours = ([v.shape for v in model.weights] for model in pairs)
    assert theirs == ours


def test_our_net_has_the_float_nets_kernels():
    import keras

    small = architectures.Architecture("small", (16, 16, 3), (8, 2), ((8, 1), (16, 2)))
    ours = libraries.LIBRARIES["ours"].build(small)
    twin = float_net.separable_net(keras, small)
    assert [v.shape for v in ours.trainable_variables if v.ndim > 1] == [
        v.shape for v in twin.trainable_variables if v.ndim > 1
    ]
    assert ours.get_layer("pool").input.shape == (None, 4, 4, 16)


def test_differing_counts_on_the_grid_of_the_file():
    edge = differences.Edge(0.5, 3)
    predictions = np.array([[0.0, 0.5, 1.0, 99.0]])
    found = np.array([[3, 4, 7, 127]], np.int8)
    assert differences.differing(predictions, found.astype(int), edge) == (0.25, 2.0)


def test_float_outputs_are_compared_on_the_grid_that_spans_the_predictions():
    predictions = np.array([[0.0, 1.0, 255.0]])
    assert differences.differing(predictions, predictions + 0.4, None) == (0.0, 0.0)
    assert differences.differing(predictions, predictions + [[0.0, 2.0, 0.0]], None)[1] == 2.0


def test_functions_take_turns():
    called = []
    functions = {name: lambda name=name: called.append(name) for name in "ab"}
    times = turns.in_turns(functions, rounds=20, runs=2)
    rounds = ["".join(called[at : at + 6]) for at in range(0, len(called), 6)]
    assert len(rounds) == 20 and set(rounds) == {"aaabbb", "bbbaaa"}
    assert times["a"].shape == (20,) and (times["a"] > 0).all()


def test_an_environment_is_made_once_and_again_when_its_packages_change(tmp_path, monkeypatch):
    installed = []
    monkeypatch.setattr(environments, "ROOT", tmp_path)
    monkeypatch.setattr(environments, "FOLDER", tmp_path)
    monkeypatch.setattr(
        environments.venv, "create", lambda folder, **options: folder.mkdir(exist_ok=True)
    )
    monkeypatch.setattr(
        environments.subprocess, "run", lambda words, check: installed.append(words[-1])
    )

    def made(*packages):
        monkeypatch.setitem(environments.ENVIRONMENTS, "peer", environments.Environment(packages))
        return environments.python("peer")

    assert made("a==1") == made("a==1") == tmp_path / "peer" / "bin" / "python"
    made("a==2")
    assert installed == ["a==1", "a==2"]


@pytest.fixture
def peer_programs(monkeypatch):
    """Imports a program of the comparisons as they import one another."""
    loaded = set(sys.modules)
    for folder in environments.PROGRAM_PATH:
        monkeypatch.syspath_prepend(folder)
    yield importlib.import_module
    programs = {path.stem for folder in environments.PROGRAM_PATH for path in folder.glob("*.py")}
    for name in programs & set(sys.modules) - loaded:
        del sys.modules[name]


def test_a_file_is_made_again_when_a_program_changes(peer_programs, tmp_path, monkeypatch):
    files, made = peer_programs("files"), []
    monkeypatch.setattr(files, "FOLDER", tmp_path)
    monkeypatch.setattr(files, "make", lambda key, net: made.append(net) or (tmp_path / "new", {}))
    path = tmp_path / "cifar_ours.tflite"
    assert files.existing("ours", "cifar").name == "new"
    path.write_bytes(b"")
    assert files.existing("ours", "cifar") == path
    os.utime(path, (0, 0))
    assert files.existing("ours", "cifar").name == "new"
    assert len(made) == 2


@pytest.mark.filterwarnings("ignore:layer .* is not proven exact on reference")
def test_our_files_are_smaller_than_the_stock_one(peer_programs):
    (stock,) = (
        found["value"]
        for found in page.stored()
        if (found.get("case"), found["metric"]) == ("CIFAR net, file", "file")
        and found["subject"] == "TFLiteConverter, tfmot model"
    )
    converter = peer_programs("converters").CONVERTERS["ours_int4"]
    pictures = np.random.default_rng(0).random((2, 32, 32, 3), np.float32)
    int4 = converter.prepare(architectures.CIFAR, pictures, None)()
    assert len(int4) <= 0.55 * stock
    assert len(tflite_export.convert(tflite_export.read(int4))) <= 0.9 * stock


def test_programs_find_the_nets_and_their_environments_variables(monkeypatch):
    monkeypatch.setattr(environments, "python", lambda name: pathlib.Path(sys.executable))
    words, variables = environments.command("keras2", "step_worker.py", "larq", 3)
    assert words[0] == sys.executable and words[2:] == ["larq", "3"]
    assert pathlib.Path(words[1]).exists()
    assert variables["TF_USE_LEGACY_KERAS"] == "1"
    folders = map(pathlib.Path, variables["PYTHONPATH"].split(":"))
    assert {"architectures.py", "libraries.py"} <= {f.name for d in folders for f in d.iterdir()}


def test_every_library_has_an_environment_and_a_baseline_where_it_runs():
    for library in libraries.LIBRARIES.values():
        assert library.environment in environments.ENVIRONMENTS
        baseline = libraries.LIBRARIES[library.baseline]
        assert set(library.backends) <= set(baseline.backends)
        assert library.keras == baseline.keras
