import pytest

import tflite_export
from tests.cli.conftest import small_model


@pytest.fixture
def tflite_file(tmp_path):
    path = tmp_path / "net.tflite"
    tflite_export.save(path, tflite_export.convert(small_model(seed=1)))
    return path


def test_listing(tflite_file, pikelpn):
    status, out, err = pikelpn("inspect", tflite_file)
    assert (status, err) == (0, "")
    assert out.startswith("net.tflite: ")
    assert "CONV_2D" in out and "exact" in out


def test_html(tflite_file, tmp_path, pikelpn):
    page = tmp_path / "net.html"
    status, out, _ = pikelpn("inspect", tflite_file, f"--html={page}")
    assert (status, out) == (0, f"wrote {page}\n")
    assert "<svg" in page.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "name",
    ["pretrainedResnet.tflite", "kws_ref_model.tflite", "mobilenet_v1_0.25_224_quant.tflite"],
)
def test_files_by_others(real_data, name, pikelpn):
    status, out, _ = pikelpn("inspect", real_data(f"models/{name}"))
    assert status == 0
    assert "not written by this project" in out


@pytest.mark.parametrize("content", [b"", b"nonsense", b"\x89PNG\r\n\x1a\n", b"\x1c\0\0\0TFL3"])
def test_broken_files(content, tmp_path, pikelpn):
    broken = tmp_path / "broken.tflite"
    broken.write_bytes(content)
    status, _, err = pikelpn("inspect", broken)
    assert (status, err.count("\n")) == (1, 1)
    assert err.startswith(f"pikelpn: {broken}: ") and ".tflite file" in err


def test_a_folder(tmp_path, pikelpn):
    sentence = f"pikelpn: {tmp_path}: Is a directory\n"
    assert pikelpn("inspect", tmp_path) == (1, "", sentence)
    assert pikelpn("edgetpu", "check", tmp_path) == (1, "", sentence)


def test_absent_file_and_wrong_page(tflite_file, pikelpn):
    assert pikelpn("inspect", "absent.tflite")[0] == 1
    status, _, err = pikelpn("inspect", tflite_file, "--html=page.txt")
    assert status == 2
    assert "must end in .html" in err
