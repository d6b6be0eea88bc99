import stat

import pytest

import tflite_export
from tests.cli.conftest import small_model
from tests.tflite_export.edgetpu.test_compiler import COMPILED
from tests.tflite_export.edgetpu.test_log import SUCCESS
from tflite_export.operator_list import operator_list


@pytest.fixture
def tflite_file(tmp_path):
    path = tmp_path / "net.tflite"
    tflite_export.save(path, tflite_export.convert(small_model(seed=1)))
    return path


def test_check(tflite_file, pikelpn):
    status, out, _ = pikelpn("edgetpu", "check", tflite_file)
    assert status == 0
    assert out.startswith("prediction for the Edge TPU compiler 16.0")
    assert "CONV_2D" in out and "Mapped to Edge TPU" in out


def test_check_of_a_float_file(real_data, pikelpn):
    status, out, _ = pikelpn("edgetpu", "check", real_data("models/pretrainedResnet.tflite"))
    assert status == 1
    assert "0 of 16 operators mapped" in out
    assert "quantize weights and activations to 8 bits" in out


def test_check_of_a_broken_file(tmp_path, pikelpn):
    broken = tmp_path / "broken.tflite"
    broken.write_bytes(b"nonsense")
    status, _, err = pikelpn("edgetpu", "check", broken)
    assert (status, err.count("\n")) == (1, 1)
    assert "no .tflite file" in err


def test_compile(tflite_file, tmp_path, pikelpn):
    (tmp_path / "log.txt").write_text(SUCCESS)
    (tmp_path / "compiled").write_bytes(COMPILED)
    compiler = tmp_path / "compiler"
    compiler.write_text(
        f'#!/bin/sh\ncat {tmp_path}/log.txt\ncp {tmp_path}/compiled "$3/net_edgetpu.tflite"\n'
    )
    compiler.chmod(compiler.stat().st_mode | stat.S_IXUSR)
    mapped = operator_list(tflite_file).subgraphs[0].operators
    status, out, err = pikelpn("edgetpu", "compile", tflite_file, f"--compiler={compiler}")
    assert (status, err) == (0, "")
    assert "compiled by version 16.0.384591198" in out
    assert f"3 operators mapped; {len(mapped)} were predicted" in out
    assert "500 bytes of parameters cached, 0 streamed" in out
    assert (tmp_path / "net_edgetpu.tflite").read_bytes() == COMPILED


def test_compile_without_a_compiler(tflite_file, tmp_path, pikelpn):
    status, _, err = pikelpn("edgetpu", "compile", tflite_file, "--compiler=absent")
    assert (status, err.count("\n")) == (1, 1)
    assert "absent is not on the PATH" in err
    assert not (tmp_path / "net_edgetpu.tflite").exists()


def test_other_actions(tflite_file, pikelpn):
    status, _, err = pikelpn("edgetpu", "burn", tflite_file)
    assert status == 2
    assert "'burn' is no action" in err
