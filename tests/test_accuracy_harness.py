"""The harness of the accuracy experiments, on a net and a data set that a CPU can bear."""

import json
import os
import pathlib
import subprocess
import sys

HARNESS = pathlib.Path(__file__).parents[1] / "benchmarks" / "accuracy"
PROGRAM = """
import json, keras, numpy as np, sklearn.datasets
import pikelpn_keras as pk
from norms import HysteresisNorm
from training import train

digits = sklearn.datasets.load_digits()
images = np.kron(digits.images * 15, np.ones((4, 4))).astype("uint8")[..., None]
labels = digits.target.astype("int32")
train_set, test_set = (images[:1536], labels[:1536]), (images[1536:], labels[1536:])

def net():
    return keras.Sequential([
        keras.Input((32, 32, 1)), pk.layers.QuantInput(),
        pk.layers.QuantConv2D(16, 8, 4, use_bias=False), pk.layers.QuantNorm(name="norm"),
        pk.layers.QuantReLU(), pk.layers.QuantFlatten(), pk.layers.QuantDense(10),
        pk.layers.QuantIdentity()])

keras.utils.set_random_seed(0)
teacher = net()
alone = list(train(teacher, train_set, test_set, epochs=8, seed=0, rate=1e-2))
student = net()
taught = list(train(
    student, train_set, test_set, epochs=8, seed=0, rate=1e-2, teacher=teacher))
def exponent_after_a_step(octaves):
    layers = [keras.Input((1, 1, 1)), pk.layers.QuantInput(),
              pk.layers.QuantConv2D(1, 1, use_bias=False), HysteresisNorm(hysteresis=octaves)]
    model, norm = keras.Sequential(layers), layers[-1]
    norm.trust_statistics()
    norm.momentum = 1 - 1e-6
    norm.gamma.assign([2**-0.6])  # 0.6 octaves below the multiplier, which is 1
    model(np.array([[[[100]]], [[[101]]]], "uint8"), training=True)
    return float(np.log2(norm.multiplier[0]))

print(json.dumps({
    "exponents": [exponent_after_a_step(octaves) for octaves in (0.5, 0.7, 60)],
    "alone": alone, "taught": taught,
    "frozen": [bool(m.get_layer("norm").frozen) for m in (teacher, student)],
    "again": float(np.mean(student.predict(test_set[0], verbose=0).argmax(1) == test_set[1]))}))
"""


def test_trains_freezes_distils_and_widens_hysteresis():
    environment = {**os.environ, "KERAS_BACKEND": "jax", "PYTHONPATH": str(HARNESS)}
    command = [sys.executable, "-c", PROGRAM]
    run = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    result = json.loads(run.stdout.splitlines()[-1])
    assert result["alone"][-1] > 0.6
    assert result["taught"][-1] > 0.6
    assert result["frozen"] == [True, True]
    assert result["again"] == result["taught"][-1]
    assert result["exponents"] == [-1, 0, 0]
