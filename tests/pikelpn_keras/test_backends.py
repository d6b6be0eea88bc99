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
from tests.pikelpn_keras.nets import many_layers_net, residual_net

REPOSITORY = pathlib.Path(__file__).parents[2]


# The process that runs the tests has TensorFlow already.
BACKENDS = pytest.mark.parametrize(
    "backend",
    [
        pytest.param("tensorflow", marks=pytest.mark.slow),
        "jax",
        pytest.param("torch", marks=pytest.mark.torch),
    ],
)


def save(model, shape, folder):
    """Trains and saves a model, and images; returns what it gives under TensorFlow."""
    images = pixels(shape, images=64)
    train(model, images)
    model.save(folder / "model.keras")
    np.save(folder / "images.npy", images)
    return folder, model.predict(images, verbose=0), pk.integer_graph(model).run(images)


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    keras.utils.set_random_seed(0)
    net = residual_net((16, 16, 3), filters=8)
    return save(net, (16, 16, 3), tmp_path_factory.mktemp("backends"))


@pytest.fixture(scope="module")
def saved_with_many_layers(tmp_path_factory):
    keras.utils.set_random_seed(0)
    return save(many_layers_net(), (17, 18, 3), tmp_path_factory.mktemp("many_layers"))


def run_under(backend, name, saved):
    """Runs a program under a backend, checks the values it writes and returns them."""
    folder, values, integers = saved
    program = pathlib.Path(__file__).with_name(name)
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
    return result


@BACKENDS
def test_backend(backend, saved):
    result = run_under(backend, "backend_program.py", saved)
    assert result["frozen"]
    assert result["exact"], str(result["report"])


@pytest.mark.slow
@BACKENDS
def test_many_layers(backend, saved_with_many_layers):
    run_under(backend, "backend_values.py", saved_with_many_layers)
