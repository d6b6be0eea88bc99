"""The loss of a model with a teacher, under every backend, and what is left when it is trained."""

import json
import os
import pathlib
import subprocess
import sys

import keras
import numpy as np
import pytest

import pikelpn_keras as pk

REPOSITORY = pathlib.Path(__file__).parents[3]


@pytest.mark.parametrize(
    "backend",
    [
        "tensorflow",
        pytest.param("jax", marks=pytest.mark.slow),
        pytest.param("torch", marks=pytest.mark.torch),
    ],
)
def test_loss(backend, tmp_path):
    program = pathlib.Path(__file__).with_name("distillation_program.py")
    run = subprocess.run(
        [sys.executable, program, tmp_path / "out.json"],
        env={**os.environ, "KERAS_BACKEND": backend, "PYTHONPATH": str(REPOSITORY)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr[-3000:]
    result = json.loads((tmp_path / "out.json").read_text())
    assert result["backend"] == backend
    for mode in ("jitted", "mixed"):
        assert np.allclose(result[mode]["given"], result[mode]["wanted"], rtol=1e-5), mode
    assert result["trained"]["accuracy"] > 0.75
    assert result["trained"]["frozen"]


def dense(units=3, activation=None, name="net", inputs=4):
    layers = [keras.Input((inputs,)), keras.layers.Dense(units, activation=activation)]
    return keras.Sequential(layers, name=name)


def test_the_student_is_its_own_again(tmp_path):
    model, teacher = dense(), dense()
    variables = list(model.variables)
    x, y = np.ones((8, 4), "float32"), np.zeros(8, "int32")
    with pytest.raises(ZeroDivisionError):
        model.compile("adam", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
        with pk.distilling(model, teacher):
            model.fit(x, y, verbose=0)
            raise ZeroDivisionError
    assert "compute_loss" not in vars(model)
    assert all(a is b for a, b in zip(model.variables, variables, strict=True))
    model.save(tmp_path / "model.keras")
    again = keras.models.load_model(tmp_path / "model.keras")
    assert np.array_equal(again.predict(x, verbose=0), model.predict(x, verbose=0))
    assert np.isclose(again.evaluate(x, y, verbose=0), model.evaluate(x, y, verbose=0))


@pytest.mark.parametrize(
    ("teacher", "reason"),
    [
        (dense(7), r"the teacher gives \(7,\) and the model \(3,\)"),
        (dense(inputs=5), r"the teacher takes \(5,\) and the model \(4,\)"),
        (dense(3, "sigmoid", name="t"), "teacher 't' ends in a sigmoid"),
        (dense(1, name="t"), "teacher 't' ends in one number"),
        ("float.keras", "teacher is a keras.Model, not str"),
    ],
)
def test_refuses_teachers(teacher, reason):
    model = dense()
    with pytest.raises(ValueError, match=reason), pk.distilling(model, teacher):
        pass
    assert "compute_loss" not in vars(model)
