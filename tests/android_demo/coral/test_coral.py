"""The runner, on the CPU and with a library that stands in for libedgetpu."""

import json

import ai_edge_litert.interpreter
import numpy as np
import pytest
from PIL import Image

from android_demo.coral.__main__ import main
from android_demo.coral.interpreter import CoralError, load
from android_demo.tools import golden
from tests.tflite_export import graphs
from tests.tflite_export.edgetpu import executables
from tflite_export import convert
from tflite_export.benchmark_report import SCHEMA, table


@pytest.fixture
def graph():
    return graphs.small_net(np.random.default_rng(0))


@pytest.fixture
def model(graph, tmp_path):
    path = tmp_path / "net.tflite"
    path.write_bytes(convert(graph, input_type="uint8"))
    return path


@pytest.fixture
def golden_file(graph, model, tmp_path):
    pictures = np.random.default_rng(1).integers(0, 256, (6, 8, 8, 3)).astype(np.uint8)
    path = tmp_path / "net.golden"
    outputs = graph.run(pictures).astype(np.int8)
    path.write_bytes(golden.encode(model.read_bytes(), pictures, outputs))
    return path


def run(capsys, *words):
    status = main([str(word) for word in words])
    return status, *capsys.readouterr()


def test_benchmark_writes_the_schema_of_the_app(model, golden_file, capsys):
    words = ("--device=cpu", "--runs=3", "--seconds=0", f"--golden={golden_file}")
    status, out, _ = run(capsys, "benchmark", model, *words)
    result = json.loads(out)
    assert (status, result["schema"], result["engine"]["name"]) == (0, SCHEMA, "cpu")
    assert result["latency_ms"]["runs"] >= 3 and len(result["samples_ms"]) >= 3
    assert result["exactness"] == {"compared": 60, "differing": 0, "largest": 0, "first": None}
    assert "0 of 60" in table([result])


def test_exact_outputs(model, golden_file, capsys):
    assert run(capsys, "exact", model, golden_file, "--device=cpu") == (
        0,
        "0 of 60 differ, by 0 at most\n",
        "",
    )


def test_other_outputs_fail(model, golden_file, capsys):
    content = bytearray(golden_file.read_bytes())
    content[-1] = (content[-1] + 3) % 256
    golden_file.write_bytes(content)
    status, out, _ = run(capsys, "exact", model, golden_file, "--device=cpu")
    assert status == 1
    assert out.startswith("1 of 60 differ, by ")


def test_golden_outputs_of_another_model(model, golden_file, capsys):
    content = bytearray(golden_file.read_bytes())
    content[20] ^= 1
    golden_file.write_bytes(content)
    status, _, err = run(capsys, "exact", model, golden_file, "--device=cpu")
    assert (status, err.count("\n")) == (1, 1)
    assert "belongs to another model" in err


def test_classify(graph, model, tmp_path, capsys):
    pixels = np.random.default_rng(2).integers(0, 256, (8, 8, 3)).astype(np.uint8)
    Image.fromarray(pixels).save(tmp_path / "picture.png")
    names = [f"class {letter}" for letter in "abcdefghij"]
    model.with_suffix(".labels.txt").write_text("\n".join(names))
    status, out, _ = run(capsys, "classify", model, tmp_path / "picture.png", "--device=cpu")
    scores = graph.run(pixels[None])[0]
    lines = out.splitlines()
    assert (status, len(lines)) == (0, 3)
    assert lines[0].endswith(names[int(scores.argmax())])
    assert float(lines[0].split()[0]) == pytest.approx(scores.max() * 2.0**-5, abs=1e-4)


def test_labels_of_another_model(model, tmp_path, capsys):
    Image.new("RGB", (8, 8)).save(tmp_path / "picture.png")
    labels = tmp_path / "labels.txt"
    labels.write_bytes(b"cat\nd\xf6g\n")
    words = ("classify", model, tmp_path / "picture.png", "--device=cpu", f"--labels={labels}")
    status, _, err = run(capsys, *words)
    assert (status, err.count("\n")) == (1, 1)
    assert "there are 2 class names and the model has 10 classes" in err
    labels.unlink()
    status, _, err = run(capsys, *words)
    assert (status, err) == (1, f"coral: {labels}: No such file or directory\n")


def test_a_broken_picture_and_absent_files(model, tmp_path, capsys):
    (tmp_path / "broken.png").write_bytes(b"nonsense")
    for words in ((model, tmp_path / "broken.png"), (model, "absent.png"), ("absent", "absent")):
        status, _, err = run(capsys, "classify", *words, "--device=cpu")
        assert (status, err.count("\n")) == (1, 1)


def test_a_file_that_is_not_compiled(model, capsys):
    status, _, err = run(capsys, "benchmark", model)
    assert status == 1
    assert "not compiled for the Edge TPU: run `pikelpn edgetpu compile`" in err


COMPILED = executables.compiled_model(executables.package(executables.executable(1)))


def test_no_library():
    with pytest.raises(CoralError, match="absent.so is not there: install the Edge TPU runtime"):
        load(COMPILED, "", "absent.so")


@pytest.mark.parametrize(("device", "options"), [("", {}), ("usb:1", {"device": "usb:1"})])
def test_the_device_is_asked_for(monkeypatch, device, options):
    calls = []

    def refuse(library, settings):
        calls.append((library, settings))
        raise ValueError("Failed to load delegate")

    monkeypatch.setattr(ai_edge_litert.interpreter, "load_delegate", refuse)
    with pytest.raises(CoralError, match="no Edge TPU answers as"):
        load(COMPILED, device, "/lib/libedgetpu.so.1")
    assert calls == [("/lib/libedgetpu.so.1", options)]


def test_a_delegate_is_used(monkeypatch, model):
    """Of a compiled file the interpreter gets the delegate."""
    used = []

    class Interpreter:
        def __init__(self, model_content, experimental_delegates):
            used.append(experimental_delegates)

        def allocate_tensors(self):
            pass

    monkeypatch.setattr(ai_edge_litert.interpreter, "load_delegate", lambda *words: "delegate")
    monkeypatch.setattr(ai_edge_litert.interpreter, "Interpreter", Interpreter)
    load(COMPILED, "usb")
    load(model.read_bytes(), "cpu")
    assert used == [["delegate"], []]
