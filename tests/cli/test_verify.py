import numpy as np
import pytest
from PIL import Image

import tflite_export
from tests.cli.conftest import small_model
from tflite_export.cli import saved_models


@pytest.fixture
def tflite_file(model_file, tmp_path):
    path = tmp_path / "model.tflite"
    path.write_bytes(tflite_export.convert(saved_models.load(model_file)))
    return path


def test_a_faithful_file(model_file, tflite_file, pikelpn):
    status, out, err = pikelpn("verify", model_file, tflite_file, "--samples=20")
    assert status == 0
    assert "20 random images, seed 0" in err
    assert "verified 20 of 20 images" in err
    assert "differing of 200 integers" in out


def test_without_a_file_the_model_is_converted(model_file, pikelpn):
    status, out, _ = pikelpn("verify", model_file, "--samples=20")
    assert status == 0
    assert "differing of 200 integers" in out


def test_a_file_of_another_model_fails(model_file, tmp_path, pikelpn):
    other = tmp_path / "other.tflite"
    other.write_bytes(tflite_export.convert(small_model(seed=2)))
    status, _, error = pikelpn("verify", model_file, other, "--samples=20")
    assert status == 1
    assert "the file was converted from another model" in error


def test_a_damaged_file_fails_with_a_sentence(model_file, tmp_path, pikelpn):
    whole = tflite_export.convert(small_model(seed=2))
    cut = tmp_path / "cut.tflite"
    cut.write_bytes(whole[: len(whole) // 2])
    status, _, error = pikelpn("verify", model_file, cut, "--samples=20")
    assert status == 1
    assert "this .tflite file is damaged or cut short" in error
    assert "Traceback" not in error


def test_pictures_get_the_size_and_channels_of_the_model(model_file, tmp_path, pikelpn):
    generator = np.random.default_rng(0)
    for name in ("cat", "dog"):
        (tmp_path / name).mkdir()
        for number in range(20):
            pixels = generator.integers(0, 256, (20, 30, 3), np.uint8)
            Image.fromarray(pixels).save(tmp_path / name / f"{number}.png")
    status, out, err = pikelpn("verify", model_file, f"--data_dir={tmp_path}", "--samples=5")
    assert status == 0
    assert err.startswith("5 of ")
    assert "differing of 50 integers" in out


def test_images_that_do_not_fit_are_refused(model_file, fashion_mnist, pikelpn):
    status, _, err = pikelpn(
        "verify", model_file, f"--data_dir={fashion_mnist}", "--dataset=fashion_mnist"
    )
    assert status == 1
    assert "28x28 pixels can only be enlarged by whole factors, not to 8x8" in err


@pytest.mark.parametrize("content", [b"nonsense", b""])
def test_a_file_that_is_no_tflite(content, model_file, tmp_path, pikelpn):
    broken = tmp_path / "broken.tflite"
    broken.write_bytes(content)
    status, _, err = pikelpn("verify", model_file, broken)
    assert (status, err.count("\n")) == (1, 2)
    assert "no .tflite file" in err


def test_absent_files(model_file, pikelpn):
    assert pikelpn("verify", "absent.keras") == (1, "", "pikelpn: absent.keras: no such file\n")
    status, _, err = pikelpn("verify", model_file, "absent.tflite")
    assert (status, err) == (1, "pikelpn: absent.tflite: No such file or directory\n")
