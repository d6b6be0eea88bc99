"""A small model in a file, and a way to run commands."""

import keras
import pytest

import pikelpn_keras as pk
from tflite_export.cli import main


@pytest.fixture
def pikelpn(capsys):
    """Runs `pikelpn` with the given words; returns the exit status, stdout and stderr."""

    def run(*words):
        capsys.readouterr()
        status = main([str(word) for word in words])
        return status, *capsys.readouterr()

    return run


def small_model(seed, kernel_quantizer="uniform4"):
    """An untrained model of 8x8 grey images and ten classes."""
    keras.utils.set_random_seed(seed)
    return keras.Sequential(
        [
            keras.Input((8, 8, 1)),
            pk.layers.QuantInput(),
            pk.layers.QuantConv2D(4, 3, strides=2, kernel_quantizer=kernel_quantizer, name="conv"),
            pk.layers.QuantReLU(),
            pk.layers.QuantGlobalAveragePooling2D(),
            pk.layers.QuantDense(10, name="dense"),
            pk.layers.QuantIdentity(),
        ]
    )


@pytest.fixture(scope="session")
def model_file(tmp_path_factory):
    """A .keras file with class names beside it."""
    path = tmp_path_factory.mktemp("models") / "small.keras"
    small_model(seed=1).save(path)
    path.with_suffix(".labels.txt").write_text("".join(f"class {i}\n" for i in range(10)))
    return path
