import json
import pathlib
import sys

import pytest

import tflite_export
from tests.cli.conftest import small_model
from tflite_export import device_benchmark

FAKE = pathlib.Path(__file__).with_name("fake_adb.py")


@pytest.fixture
def tflite_file(tmp_path):
    path = tmp_path / "model.tflite"
    path.write_bytes(tflite_export.convert(small_model(seed=1)))
    return path


def measured(differing=None):
    """A result as the app writes it."""
    return {
        "schema": "pikelpn.benchmark/1",
        "model": {"name": "/data/local/tmp/x.tflite"},
        "engine": {"name": "gpu", "threads": 4},
        "device": {"name": "Maker Phone"},
        "latency_ms": {"p50": 1.25, "p90": 2.5, "p99": 3.75, "mean": 1.5},
        "exactness": None if differing is None else {"differing": differing, "compared": 80},
    }


@pytest.fixture
def adb(tmp_path, monkeypatch):
    """The folder of a fake adb with two devices on which the app is installed."""
    root = tmp_path / "adb"
    (root / "bin").mkdir(parents=True)
    program = root / "bin" / "adb"
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -S "{FAKE}" "$@"\n')
    program.chmod(0o755)
    for serial in ("A1", "B2"):
        (root / serial).mkdir()
        (root / serial / "installed").write_text("app")
    (root / "devices").write_text("List of devices attached\nA1\tdevice\nB2\tdevice\n\n")
    (root / "answer").write_text(json.dumps(measured()))
    monkeypatch.setenv("PATH", str(root / "bin"), prepend=":")
    monkeypatch.setenv("FAKE_ADB", str(root))
    monkeypatch.setattr(device_benchmark, "POLL_SECONDS", 0.01)
    return root


def test_measures_here(tflite_file, tmp_path, pikelpn):
    output = tmp_path / "results.json"
    status, out, _ = pikelpn(
        "benchmark", tflite_file, "--runs=3", "--min_seconds=0", "--engine=builtin",
        f"--output={output}",
    )  # fmt: skip
    assert status == 0
    assert out.splitlines()[0].split()[:3] == ["device", "model", "engine"]
    assert "model.tflite" in out and "builtin" in out
    (result,) = json.loads(output.read_text())
    assert result["latency_ms"]["runs"] == 3


def test_a_file_that_is_none_is_a_sentence(tmp_path, pikelpn):
    path = tmp_path / "no.tflite"
    path.write_bytes(b"nothing")
    status, _, error = pikelpn("benchmark", path)
    assert status == 1
    assert error.startswith("pikelpn: LiteRT does not load the file")


def test_gpu_is_for_devices(tflite_file, pikelpn):
    status, _, error = pikelpn("benchmark", tflite_file, "--engine=gpu")
    assert status == 1
    assert "one of xnnpack, builtin, reference" in error


def test_measures_on_every_device(tflite_file, adb, pikelpn):
    status, out, err = pikelpn("benchmark", tflite_file, "--adb", "--engine=gpu", "--threads=4")
    assert status == 0, err
    assert (
        out.splitlines()[1:]
        == ["Maker Phone  model.tflite  gpu     4        1.250  2.500  3.750  1.500  -"] * 2
    )
    starts = [line for line in (adb / "calls").read_text().splitlines() if "am start" in line]
    assert len(starts) == 2
    assert "--es engine gpu --es threads 4 --es warmup 5 --es runs 50" in starts[0]


def test_the_time_of_each_operator(tflite_file, adb, pikelpn):
    operators = [
        {"name": "CONV_2D", "index": 0, "inside_delegate": False, "mean_ms": 0.75},
        {"name": "ADD", "index": 1, "inside_delegate": False, "mean_ms": 0.25},
    ]
    (adb / "answer").write_text(json.dumps({**measured(), "operators": operators}))
    status, out, _ = pikelpn("benchmark", tflite_file, "--adb", "--serial=A1", "--profile=30")
    assert status == 0
    assert "--es profile 30" in (adb / "calls").read_text()
    lines = out.splitlines()
    assert lines[-3] == "Maker Phone, model.tflite:"
    assert lines[-2].split() == ["0.750", "ms", "75.0%", "CONV_2D"]
    status, _, err = pikelpn("benchmark", tflite_file, "--profile=30")
    assert (status, "--profile is for devices: add --adb" in err) == (2, True)


def test_leaves_nothing_on_the_device(tflite_file, adb, pikelpn):
    pikelpn("benchmark", tflite_file, "--adb", "--serial=B2")
    assert [path.name for path in (adb / "B2").iterdir()] == ["installed"]
    assert "-s A1" not in (adb / "calls").read_text()


def test_golden_outputs_beside_the_model_go_along(tflite_file, adb, pikelpn):
    tflite_file.with_suffix(".golden").write_bytes(b"PIKELPN1")
    (adb / "answer").write_text(json.dumps(measured(differing=0)))
    status, out, _ = pikelpn("benchmark", tflite_file, "--adb", "--serial=A1")
    assert status == 0 and out.endswith("0 of 80\n")
    assert "--es golden /data/local/tmp/pikelpn-" in (adb / "calls").read_text()


def test_a_differing_integer_fails(tflite_file, adb, pikelpn):
    (adb / "answer").write_text(json.dumps(measured(differing=3)))
    status, out, _ = pikelpn("benchmark", tflite_file, "--adb", "--serial=A1")
    assert status == 1 and out.endswith("3 of 80\n")


def test_an_error_of_the_app_is_told(tflite_file, adb, pikelpn):
    (adb / "answer").write_text(json.dumps({"schema": "s", "error": "It is damaged."}))
    status, out, _ = pikelpn("benchmark", tflite_file, "--adb", "--serial=A1")
    assert status == 1
    assert out == f"A1: {tflite_file}: It is damaged.\n"


def test_a_model_inside_the_app_is_named(adb, pikelpn):
    status, _, err = pikelpn("benchmark", "digits.tflite", "--adb", "--serial=A1")
    assert status == 0, err
    calls = (adb / "calls").read_text()
    assert "--es model digits.tflite" in calls and "push" not in calls


def test_installs_the_app(tflite_file, adb, tmp_path, pikelpn):
    (adb / "A1" / "installed").unlink()
    apk = tmp_path / "new.apk"
    apk.write_bytes(b"new")
    status, _, err = pikelpn("benchmark", tflite_file, "--adb", "--serial=A1", f"--apk={apk}")
    assert status == 0, err
    assert (adb / "A1" / "installed").read_bytes() == b"new"


def test_without_the_app_there_is_a_sentence(tflite_file, adb, pikelpn):
    (adb / "A1" / "installed").unlink()
    status, _, error = pikelpn("benchmark", tflite_file, "--adb", "--serial=A1")
    assert status == 1
    assert "the app did not start on A1; is it installed?" in error
    assert list((adb / "A1").iterdir()) == []


def test_no_answer_is_a_sentence(tflite_file, adb, monkeypatch, pikelpn):
    (adb / "answer").unlink()
    monkeypatch.setattr(device_benchmark, "GRACE_SECONDS", 0.05)
    status, _, error = pikelpn(
        "benchmark", tflite_file, "--adb", "--serial=A1", "--max_seconds=0.1", "--min_seconds=0"
    )
    assert status == 1 and "no result came from A1 within 0 seconds" in error


def test_devices_that_are_not_ready_are_named(tflite_file, adb, pikelpn):
    (adb / "devices").write_text("List of devices attached\nC3\tunauthorized\n\n")
    status, _, error = pikelpn("benchmark", tflite_file, "--adb")
    assert status == 1 and "device C3 is unauthorized" in error
    (adb / "devices").write_text("List of devices attached\n\n")
    status, _, error = pikelpn("benchmark", tflite_file, "--adb")
    assert status == 1 and "adb reaches no device" in error


def test_without_adb_there_is_a_sentence(tflite_file, monkeypatch, tmp_path, pikelpn):
    monkeypatch.setenv("PATH", str(tmp_path))
    status, _, error = pikelpn("benchmark", tflite_file, "--adb")
    assert status == 1 and "adb is not installed" in error
