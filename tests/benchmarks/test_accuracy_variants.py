"""Norms, exponents and files of the accuracy experiments are what their names say."""

import doctest
import json
import os
import subprocess
import sys

import keras
import numpy as np
import pytest

import pikelpn_keras as pk
from pikelpn_keras.quantize.scales import choose_exponents

from .conftest import HARNESS

CHANNELS = 4
STATES = ("moving_mean", "moving_variance", "multiplier")


@pytest.fixture(scope="module")
def norms(harness):
    return harness("norms")


@pytest.fixture(scope="module")
def accumulators():
    """A model whose outputs a norm can take, and pictures."""
    layers = pk.layers
    inputs = keras.Input((6, 6, 2))
    outputs = layers.QuantConv2D(CHANNELS, 3, use_bias=False)(layers.QuantInput()(inputs))
    images = np.random.default_rng(0).integers(0, 256, (16, 6, 6, 2), "uint8")
    return keras.Model(inputs, outputs), images


def stepped(accumulators, norm, frozen=False):
    """A norm behind the model: its states before and after a step of training, in and outputs."""
    model, images = accumulators
    whole = keras.Model(model.input, norm(model.output))
    random = np.random.default_rng(1)
    norm.gamma.assign(random.uniform(0.5, 3, CHANNELS))
    norm.beta.assign(random.normal(size=CHANNELS))
    if frozen:
        norm.freeze()
    before = states(norm)
    outputs = whole(images, training=True)
    values = (keras.ops.convert_to_numpy(v).reshape(-1, CHANNELS) for v in (model(images), outputs))
    return (before, states(norm), *values)


def states(norm):
    found = {variable.name: keras.ops.convert_to_numpy(variable) for variable in norm.weights}
    return {name: np.array(found[name]) for name in STATES}


def moved(before, after):
    return {name for name in STATES if not np.array_equal(before[name], after[name])}


def slopes(inputs, outputs):
    """By how much each channel of the inputs is multiplied."""
    return np.ptp(outputs, 0) / np.ptp(inputs, 0)


def octaves_off(values):
    """How far values are from powers of two."""
    octaves = np.log2(values)
    return np.abs(octaves - np.rint(octaves)).max()


def test_frozen_quantnorm_holds_all_its_states(accumulators):
    before, after, *_ = stepped(accumulators, pk.layers.QuantNorm(), frozen=True)
    assert moved(before, after) == set()


def test_following_mean_norm_moves_its_mean_alone_when_frozen(norms, accumulators):
    norm = norms.FollowingMeanNorm()
    before, after, inputs, _ = stepped(accumulators, norm, frozen=True)
    assert moved(before, after) == {"moving_mean"}
    assert after["moving_mean"] == pytest.approx(inputs.mean(0) * (1 - norm.momentum), rel=1e-4)


def test_following_mean_norm_is_quantnorm_until_it_is_frozen(norms, accumulators):
    ours = stepped(accumulators, pk.layers.QuantNorm())
    theirs = stepped(accumulators, norms.FollowingMeanNorm())
    np.testing.assert_array_equal(ours[3], theirs[3])
    for name in STATES:
        np.testing.assert_array_equal(ours[1][name], theirs[1][name])


def test_float_norm_is_that_of_keras(norms, accumulators):
    norm = norms.FloatNorm()
    *_, inputs, outputs = stepped(accumulators, norm)
    twin = keras.layers.BatchNormalization()
    twin.build((None, CHANNELS))
    twin.gamma.assign(norm.gamma)
    twin.beta.assign(norm.beta)
    np.testing.assert_allclose(outputs, twin(inputs, training=True), rtol=1e-4, atol=1e-4)


def test_batch_norm_multiplies_by_a_power_of_two_of_the_batch(norms, accumulators):
    norm = norms.BatchPowerOfTwoNorm()
    before, after, inputs, outputs = stepped(accumulators, norm)
    wanted = norm.gamma / np.sqrt(inputs.var(0) + norm.epsilon)
    found = slopes(inputs, outputs)
    assert octaves_off(found) < 1e-3
    assert np.abs(np.log2(found / wanted)).max() <= 0.501
    assert moved(before, after) == {"moving_mean", "moving_variance"}


def test_naive_norm_rounds_each_parameter(norms, accumulators):
    norm = norms.NaiveNorm()
    *_, inputs, outputs = stepped(accumulators, norm)
    # A power of two over the root of another.
    assert octaves_off(slopes(inputs, outputs) ** 2) < 1e-3
    rounded = np.exp2(np.rint(np.log2(np.abs(inputs.mean(0))))) * np.sign(inputs.mean(0))
    beta = keras.ops.convert_to_numpy(norm.beta)
    at_mean = outputs.mean(0) - slopes(inputs, outputs) * (inputs.mean(0) - rounded)
    np.testing.assert_allclose(
        at_mean, np.sign(beta) * np.exp2(np.rint(np.log2(np.abs(beta)))), rtol=1e-3
    )


@pytest.mark.skipif(keras.backend.backend() != "tensorflow", reason="takes TensorFlow's gradients")
def test_gradients_reach_kernel_and_parameters(norms, accumulators):
    import tensorflow as tf

    model, images = accumulators
    kinds = ("FloatNorm", "NaiveNorm", "BatchPowerOfTwoNorm", "FollowingMeanNorm")
    for kind in kinds:
        whole = keras.Model(model.input, getattr(norms, kind)()(model.output))
        with tf.GradientTape() as tape:
            loss = keras.ops.mean(keras.ops.relu(whole(images, training=True) - 0.3) ** 2)
        variables = whole.trainable_variables
        for variable, gradient in zip(variables, tape.gradient(loss, variables), strict=True):
            assert np.isfinite(gradient).all(), (kind, variable.path)
            assert np.any(gradient), (kind, variable.path)


def test_exponents_of_least_error_are_those_of_the_library(harness):
    rules = harness("least_error")
    tried = doctest.testmod(rules)
    assert tried.attempted and not tried.failed
    kernel = np.random.default_rng(0).standard_t(3, (1, 1, 32, 64)).astype("float32")
    for rule, plain in (
        (rules.LeastErrorUniform(4), pk.quantizers.UniformQuantizer(4)),
        (rules.LeastErrorPowerOfTwo(6), pk.quantizers.PowerOfTwoQuantizer(6)),
    ):
        found = np.ravel(rule.exponents(kernel))
        np.testing.assert_array_equal(found, choose_exponents(kernel, plain))
        assert not np.array_equal(found, np.ravel(plain.exponents(kernel)))


def test_deployed_compares_all_pictures_and_counts_what_differs(harness, monkeypatch):
    deployed = harness("deployed")
    layers = pk.layers
    keras.utils.set_random_seed(0)
    model = keras.Sequential(
        [
            keras.Input((4, 4, 1)),
            layers.QuantInput(),
            layers.QuantFlatten(),
            layers.QuantDense(3, kernel_quantizer="uniform4"),
            layers.QuantIdentity(),
        ]
    )
    images = np.random.default_rng(0).integers(0, 256, (70, 4, 4, 1), "uint8")
    labels = model.predict(images, verbose=0).argmax(1)
    labels[:7] = (labels[:7] + 1) % 3
    found = deployed.compared(model, images, labels, verified=5)
    assert found["accuracy"] == dict.fromkeys(("keras", "xnnpack", "builtin"), 0.9)
    assert found["integers"] == 70 * 3 and found["verified_integers"] == 5 * 3
    assert found["differing"] == {"xnnpack": 0, "builtin": 0}
    assert set(found["verified_differing"].values()) == {0}

    class Wrong(deployed.KerasModel):
        def run(self, *inputs):
            (integers,) = super().run(*inputs)
            integers[-1, 0] += 1
            return [integers]

    monkeypatch.setattr(deployed, "KerasModel", Wrong)
    found = deployed.compared(model, images, labels, verified=5)
    assert found["differing"] == {"xnnpack": 1, "builtin": 1}


ALL_VARIANTS = """
import dataclasses, json, keras, nets, numpy as np, tfmot_net, training
nets.BLOCKS = ((8, 1),)
tfmot_net.CIFAR = dataclasses.replace(tfmot_net.CIFAR, blocks=nets.BLOCKS)
from peers import NETS
from variants import VARIANTS

training.BATCH_SIZE = 16
training.augment = lambda images, key: images
random = np.random.default_rng(0)
labels = np.arange(320) % 2
images = random.integers(0, 128, (320, 8, 8, 1), "uint8")
images[labels == 1, :4] += 100
data = images, labels.astype("int32")

def trained(variant, teacher=None):
    keras.utils.set_random_seed(0)
    options = {"rate": 1e-2, **variant.training}
    if variant.taught:
        options["teacher"] = teacher
    if variant.first_half is not None:
        options["first_half"] = VARIANTS[variant.first_half].net((8, 8, 1))
    if variant.from_float is None:
        model = variant.net((8, 8, 1))
    else:
        model = variant.from_float(teacher, images)
    rates = training.train(model, data, data, epochs=18, seed=0, **options)
    best = max(rates)
    switches = [v for v in model.non_trainable_variables if v.path.endswith("/frozen")]
    frozen = [bool(switch.value) for switch in switches]
    return model, {"best": best, "frozen": frozen}

teacher, found = trained(VARIANTS["float"])
results = {"float": found}
for name, variant in VARIANTS.items():
    if name not in NETS and name != "float":
        results[name] = trained(variant, teacher)[1]
print(json.dumps(results))
"""


@pytest.mark.slow
def test_every_variant_learns_and_freezes_when_it_says_so(harness):
    """Accuracy of two classes that are easy to tell, in a net with one separable block."""
    environment = {**os.environ, "KERAS_BACKEND": "jax", "PYTHONPATH": str(HARNESS)}
    command = [sys.executable, "-c", ALL_VARIANTS]
    run = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    found = json.loads(run.stdout.splitlines()[-1])
    variants = harness("variants").VARIANTS
    for name, result in found.items():
        assert result["best"] > 0.9, name
        never = variants[name].training.get("freeze_last") == 0.0
        assert set(result["frozen"]) <= {not never}, name
    assert set(variants) - set(found) == set(harness("peers").NETS)
