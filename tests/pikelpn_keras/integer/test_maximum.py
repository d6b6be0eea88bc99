import numpy as np
import pytest

from pikelpn_keras.integer import Grid
from pikelpn_keras.integer.nodes import Maximum, Tensor


def test_against_a_plain_loop():
    tensors = [Tensor(name, (40,), Grid(-3)) for name in "aby"]
    first, second = np.random.default_rng(0).integers(-128, 128, (2, 3, 40))
    expected = [max(int(p), int(q)) for p, q in zip(first.flat, second.flat, strict=True)]
    assert Maximum(tuple(tensors[:2]), tensors[2]).run(first, second).ravel().tolist() == expected


def test_unequal_grids_are_refused():
    x, y = Tensor("x", (2,), Grid(0)), Tensor("y", (2,), Grid(0, 7))
    with pytest.raises(ValueError, match="maximum 'y' meets the grids"):
        Maximum((x, x), y)
