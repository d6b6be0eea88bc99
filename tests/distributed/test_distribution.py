"""The same code trains on several devices: copies of states agree, and with those of one device."""

import os
import pathlib
import subprocess
import sys

import keras
import numpy as np
import pytest

import tflite_export
from tests.conftest import REPOSITORY
from tests.distributed import nets

PROGRAM = pathlib.Path(__file__).with_name("program.py")
# What float32 sums in another order may move in a training of ten steps.
SUMMED_OTHERWISE = {"rtol": 1e-4, "atol": 1e-5}
# States that decide what the device computes.
EXPONENTS = ("multiplier", "exponent", "frozen", "batches")
STATES = (*EXPONENTS, "moving_mean", "moving_variance", "range")


def recorded(backend, folder):
    """What the program records under a backend, arrays by weight by run, and its model."""
    out = folder / f"{backend}.npz"
    environment = {
        **os.environ,
        "KERAS_BACKEND": backend,
        "PYTHONPATH": str(REPOSITORY),
        "XLA_FLAGS": "--xla_force_host_platform_device_count=2",
    }
    done = subprocess.run(
        [sys.executable, PROGRAM, out], env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr[-3000:]
    runs = {}
    with np.load(out) as file:
        for key in file:
            run, name = key.split("/", 1)
            runs.setdefault(run, {})[name] = file[key]
    return runs, keras.models.load_model(out.with_suffix(".keras"))


@pytest.fixture(scope="module")
def on_jax(tmp_path_factory):
    return recorded("jax", tmp_path_factory.mktemp("jax"))


@pytest.fixture(scope="module")
def on_tensorflow(tmp_path_factory):
    return recorded("tensorflow", tmp_path_factory.mktemp("tensorflow"))


@pytest.fixture
def data_parallel(on_jax):
    return on_jax[0]


@pytest.fixture
def mirrored(on_tensorflow):
    return on_tensorflow[0]


def assert_copies_agree(runs, *names):
    for run in names:
        for name, values in runs[run].items():
            assert len(values) == 2
            assert np.array_equal(values[0], values[1]), (run, name)


def assert_same(one, two):
    assert set(one) == set(two)
    for name, expected in one.items():
        found = two[name]
        if name.endswith(EXPONENTS):
            assert np.array_equal(found[0], expected[0]), name
        np.testing.assert_allclose(found[0], expected[0], err_msg=name, **SUMMED_OTHERWISE)


def states(weights, of):
    return {name: values for name, values in weights.items() if of in name}


def assert_trained_and_frozen(runs, run):
    first, trained = runs[f"{run} first"], runs[f"{run} trained"]
    for name, values in trained.items():
        if name.endswith("frozen"):
            assert not first[name].any() and values.all()
        elif name.endswith(("kernel", "range", "moving_mean", "moving_variance")):
            assert np.any(values != first[name]), name


def test_data_parallel_trains_as_one_device(data_parallel):
    assert_copies_agree(data_parallel, "two first", "two trained")
    assert_trained_and_frozen(data_parallel, "two")
    assert_same(data_parallel["one trained"], data_parallel["two trained"])


def test_copies_agree_under_a_mirrored_strategy(mirrored):
    assert_copies_agree(mirrored, "two first", "two trained", "two frozen", "synchronized trained")
    assert_trained_and_frozen(mirrored, "two")


def test_synchronized_norms_train_as_one_device(mirrored):
    assert_trained_and_frozen(mirrored, "synchronized")
    assert_same(mirrored["one trained"], mirrored["synchronized trained"])


def test_states_see_the_whole_batch_where_norms_see_their_share(mirrored):
    one, two = (states(mirrored[f"{run} first"], "first_norm/m") for run in ("one", "two"))
    assert len(one) == 3
    assert_same(one, two)
    gammas = [mirrored[f"{run} first"]["first_norm/gamma"] for run in ("one", "two")]
    assert np.abs(gammas[0] - gammas[1]).max() > 1e-3


def test_frozen_replicas_train_as_one_device(mirrored):
    trained, one, two = (mirrored[run] for run in ("two trained", "one frozen", "two frozen"))
    assert_same(one, two)
    for name, values in two.items():
        if name.endswith(STATES):
            assert np.array_equal(values, trained[name]), name
        elif name.endswith(("kernel", "beta", "bias")):
            assert np.any(values != trained[name]), name


@pytest.mark.parametrize("case", nets.shares())
def test_replicas_know_the_whole_batch(case, mirrored):
    batch, found = np.concatenate(nets.shares()[case]), mirrored[case]
    assert np.array_equal(found["largest"], np.full(2, batch.max()))
    finite = np.isfinite(batch).all(0)
    assert finite.sum() == (2 if case == "one not finite" else 3)
    kept = batch[:, finite]
    for moments, expected in (("mean", kept.mean(0)), ("variance", kept.var(0))):
        assert np.array_equal(found[moments][0], found[moments][1], equal_nan=True)
        np.testing.assert_allclose(found[moments][0, finite], expected, rtol=1e-4)
        assert not np.isfinite(found[moments][0, ~finite]).any()


@pytest.mark.parametrize("trained", ["on_jax", "on_tensorflow"])
def test_what_two_devices_trained_is_exact_on_one(trained, request):
    runs, model = request.getfixturevalue(trained)
    for variable in model.weights:
        name = "/".join(variable.path.split("/")[-2:])
        assert np.array_equal(variable, runs["two trained"][name][0]), name
    images, _ = nets.data()
    report = tflite_export.verify(model, tflite_export.convert(model, exact="all"), images)
    assert report.exact, str(report)
