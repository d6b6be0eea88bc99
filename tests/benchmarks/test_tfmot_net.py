"""The twin of tfmot's graph computes what tfmot computes, in training and behind it."""

import dataclasses
import os
import subprocess
import sys

import keras
import numpy as np
import pytest
import tensorflow as tf
from ai_edge_litert.interpreter import Interpreter
from keras import ops

from tests.conftest import REPOSITORY

from .tfmot_steps import PICTURES, SMALL, STEPS, numbered

PATH = os.pathsep.join(
    str(REPOSITORY / folder) for folder in (".", "benchmarks/peers", "benchmarks/accuracy")
)


@pytest.fixture(scope="module")
def tfmot_net(harness):
    return harness("tfmot_net")


def ranges(kind):
    """Values, low and high ends, and the lowest integer."""
    random = np.random.default_rng(0)
    for _ in range(50):
        values = random.normal(scale=random.uniform(0.1, 3), size=(3000, 4)).astype("float32")
        if kind == "narrow":
            bound = np.abs(values).max(0)
            yield values, -bound, bound, 1
        else:
            ends = np.float32(random.uniform(-3, 0)), np.float32(random.uniform(0, 3))
            yield values, *(np.full(4, end) for end in ends), 0


@pytest.mark.parametrize("kind", ["narrow", "wide"])
def test_fake_quantization_is_tensorflows_to_the_last_bit(tfmot_net, kind):
    for values, low, high, lowest in ranges(kind):
        found = ops.convert_to_numpy(tfmot_net.fake_quantized(values, low, high, lowest))
        for column, wanted in enumerate(
            tf.quantization.fake_quant_with_min_max_vars(*ends, 8, lowest == 1)
            for ends in zip(values.T, low, high, strict=True)
        ):
            np.testing.assert_array_equal(found[:, column], wanted)


@pytest.mark.parametrize("kind", ["narrow", "wide"])
def test_operator_for_channels_differs_next_to_ties_alone(tfmot_net, kind):
    """TensorFlow computes it a little differently."""
    for values, low, high, lowest in ranges(kind):
        found = ops.convert_to_numpy(tfmot_net.fake_quantized(values, low, high, lowest))
        wanted = tf.quantization.fake_quant_with_min_max_vars_per_channel(
            values, low, high, 8, lowest == 1
        )
        steps = values / ((high - low) / np.float32(255 - lowest))
        tie = np.abs(steps % 1 - 0.5) < 1e-4
        assert np.mean(tie) < 1e-3
        np.testing.assert_array_equal(found[~tie], wanted.numpy()[~tie])


@pytest.mark.skipif(keras.backend.backend() != "tensorflow", reason="takes TensorFlow's gradients")
@pytest.mark.parametrize("kind", ["narrow", "wide"])
def test_gradient_is_tensorflows_at_the_ends_of_the_range_too(tfmot_net, kind):
    for values, low, high, lowest in ranges(kind):
        values = tf.constant(values)
        with tf.GradientTape(persistent=True) as tape:
            tape.watch(values)
            ours = tfmot_net.fake_quantized(values, low, high, lowest)
            theirs = tf.quantization.fake_quant_with_min_max_vars_per_channel(
                values, low, high, 8, lowest == 1
            )
        found, wanted = tape.gradient(ours, values), tape.gradient(theirs, values)
        np.testing.assert_array_equal(found, wanted)


def test_kernel_of_zeros_stays_one(tfmot_net):
    zeros = np.zeros((3, 2), "float32")
    found = tfmot_net.fake_quantized(zeros, zeros[0], zeros[0], 1)
    np.testing.assert_array_equal(ops.convert_to_numpy(found), zeros)


def test_net_starts_with_the_weights_of_the_float_one(tfmot_net, harness, monkeypatch):
    nets, blocks = harness("nets"), ((8, 1), (12, 2))
    monkeypatch.setattr(nets, "BLOCKS", blocks)
    monkeypatch.setattr(tfmot_net, "CIFAR", dataclasses.replace(tfmot_net.CIFAR, blocks=blocks))
    float_model = nets.float_net((8, 8, 1))
    for number, variable in enumerate(float_model.weights):
        variable.assign(ops.full(variable.shape, number))
    twin = tfmot_net.from_float(float_model, None)
    wanted = {(v.name, v.shape, float(ops.max(v))) for v in float_model.weights}
    found = {(v.name, v.shape, float(ops.max(v))) for v in twin.weights}
    assert {v for v in found if v[0] not in ("low", "high")} == wanted


@pytest.fixture(scope="module")
def steps(interop_python, tmp_path_factory):
    """What both sides made of the same steps; see `tfmot_steps.py`."""
    path = tmp_path_factory.mktemp("steps") / "steps.npz"
    program = REPOSITORY / "tests" / "benchmarks" / "tfmot_steps.py"
    for side, python, variables in (
        ("twin", sys.executable, {"KERAS_BACKEND": "jax"}),
        ("tfmot", interop_python, {"TF_USE_LEGACY_KERAS": "1"}),
    ):
        environment = {**os.environ, "PYTHONPATH": PATH, **variables}
        run = subprocess.run(
            [python, program, side, path], env=environment, capture_output=True, text=True
        )
        assert run.returncode == 0, run.stderr[-3000:]
    with np.load(path) as file:
        return dict(file)


def both(steps, prefix):
    """Pairs of arrays, the twin's and tfmot's."""
    found, wanted = (numbered(steps, f"{prefix}/{side}") for side in ("twin", "tfmot"))
    assert len(found) == len(wanted) > 0
    return zip(found, wanted, strict=True)


def assert_near(found, wanted, name=""):
    """Differs by at most 1e-5 of the largest: two orders of a sum of float32 numbers."""
    assert found.shape == wanted.shape, name
    scale = np.abs(wanted).max()
    np.testing.assert_allclose(found, wanted, rtol=0, atol=1e-5 * scale, err_msg=name)


def test_ranges_start_where_tfmots_start(steps):
    for name, (found, wanted) in zip(steps["names"], both(steps, "fresh"), strict=True):
        if name.endswith(("/low", "/high")):
            np.testing.assert_array_equal(found, wanted, name)


@pytest.mark.parametrize("result", ["in_training", "in_inference", "gradients"])
def test_outputs_and_gradients_are_tfmots(steps, result):
    for number in range(STEPS):
        for found, wanted in both(steps, f"{number}/{result}"):
            assert_near(found, wanted)


def test_ranges_and_statistics_are_tfmots(steps):
    for number in range(STEPS):
        pairs, starts = both(steps, f"{number}/states"), numbered(steps, f"{number}/start")
        for name, start, (found, wanted) in zip(steps["names"], starts, pairs, strict=True):
            if name.endswith("moving_variance"):
                found = unbiased(found, start, values_of_a_channel(name))
            assert_near(found, wanted, name)


def values_of_a_channel(name):
    """How many values of a channel a norm of the small net sees."""
    number = int(name.split("/")[0].removeprefix("batch_normalization").removeprefix("_") or 0)
    strides = [SMALL.stem[1]]
    for _, stride in SMALL.blocks:
        strides += [stride, 1]
    side = SMALL.input_shape[0] // np.prod(strides[: number + 1])
    return PICTURES * side**2


def unbiased(found, start, count, momentum=0.99):
    """What a moving variance is where that of the batch is times `count / (count - 1)`."""
    of_batch = (found - momentum * start) / (1 - momentum)
    return found + (1 - momentum) * of_batch / (count - 1)


def test_file_of_tfmots_model_gives_the_twins_logits(steps):
    """To a step of the output, which integers may round the other way."""
    interpreter = Interpreter(model_content=steps["tflite"].tobytes())
    source, result = interpreter.get_input_details()[0], interpreter.get_output_details()[0]
    interpreter.resize_tensor_input(source["index"], (PICTURES, *SMALL.input_shape))
    interpreter.allocate_tensors()
    interpreter.set_tensor(source["index"], steps[f"{STEPS - 1}/images"])
    interpreter.invoke()
    step, zero = result["quantization"]
    found = (interpreter.get_tensor(result["index"]).astype("float32") - zero) * step
    (wanted,) = numbered(steps, f"{STEPS - 1}/in_inference/twin")
    assert np.abs(found - wanted).max() <= 1.1 * step
