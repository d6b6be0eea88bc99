"""One model, one set of integers: TensorFlow, JAX and torch, eager, in graphs and under jit."""

import os
import pathlib
import subprocess
import sys

import keras
import numpy as np
import pytest

import pikelpn_keras as pk
from tests.pikelpn_keras.layer_test_case import pixels, train
from tests.pikelpn_keras.nets import residual_net

REPOSITORY = pathlib.Path(__file__).parents[2]


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    """A trained model, images, and the integers that they give under TensorFlow."""
    folder = tmp_path_factory.mktemp("backends")
    keras.utils.set_random_seed(0)
    model, images = residual_net((16, 16, 3), filters=8), pixels((16, 16, 3), images=64)
    train(model, images)
    model.save(folder / "model.keras")
    np.save(folder / "images.npy", images)
    return folder, model.predict(images, verbose=0), pk.integer_graph(model).run(images)


@pytest.mark.parametrize(
    "backend", ["tensorflow", "jax", pytest.param("torch", marks=pytest.mark.torch)]
)
def test_backend(backend, saved):
    folder, values, integers = saved
    program = pathlib.Path(__file__).with_name("backend_program.py")
    out = folder / f"{backend}.npz"
    run = subprocess.run(
        [sys.executable, program, folder / "model.keras", folder / "images.npy", out],
        env={**os.environ, "KERAS_BACKEND": backend, "PYTHONPATH": str(REPOSITORY)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr[-3000:]
    result = np.load(out)
    assert result["backend"] == backend
    for mode in ("eager", "graph", "jitted"):
        assert np.array_equal(result[mode], values), mode
    assert np.array_equal(result["integers"], integers)
    assert result["frozen"]
    assert result["exact"], str(result["report"])
