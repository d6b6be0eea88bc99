import math

import numpy as np
import pytest

from pikelpn_keras.integer import Grid
from pikelpn_keras.integer.nodes import Softmax, Tensor
from pikelpn_keras.integer.nodes.softmax import PROBABILITIES


def test_against_a_plain_loop():
    x, y = Tensor("x", (2, 5), Grid(-5)), Tensor("y", (2, 5), PROBABILITIES)
    logits = np.random.default_rng(0).integers(-128, 128, (20, 2, 5))
    outputs = Softmax((x,), y).run(logits)
    for vector, probabilities in zip(logits.reshape(-1, 5), outputs.reshape(-1, 5), strict=True):
        powers = [math.exp(int(q) / 32) for q in vector]
        exact = [256 * power / math.fsum(powers) for power in powers]
        assert probabilities.tolist() == [min(math.floor(p + 0.5), 255) for p in exact]


def test_certainty_saturates():
    x, y = Tensor("x", (2,), Grid(0)), Tensor("y", (2,), PROBABILITIES)
    assert Softmax((x,), y).run(np.array([[127, -128]])).tolist() == [[255, 0]]


def test_other_output_grids_are_refused():
    x = Tensor("x", (2,), Grid(0))
    with pytest.raises(ValueError, match="softmax 'y' gives probabilities on"):
        Softmax((x,), Tensor("y", (2,), Grid(-8)))
