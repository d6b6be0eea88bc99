import math

import numpy as np
import pytest

from pikelpn_keras.integer import Grid
from pikelpn_keras.integer.nodes import Multiply, Tensor

X = Tensor("x", (3, 2, 4), Grid(-4, 8, signed=False))


def product(exponent=-4, signed=False):
    gate = Tensor("gate", (1, 1, 4), Grid(-7, 7, signed=False))
    return Multiply((X, gate), Tensor("y", X.shape, Grid(exponent, 6, signed)))


@pytest.mark.parametrize("exponent", [-11, -4, -1])
def test_against_a_plain_loop(exponent):
    rng, node = np.random.default_rng(0), product(exponent=exponent)
    x, gate = rng.integers(0, 256, (5, 3, 2, 4)), rng.integers(0, 128, (5, 1, 1, 4))
    outputs = node.run(x, gate)
    for image, row, column, c in np.ndindex(*x.shape):
        exact = int(x[image, row, column, c]) * int(gate[image, 0, 0, c]) / 2 ** (exponent + 11)
        assert outputs[image, row, column, c] == min(math.floor(exact + 0.5), 63)


@pytest.mark.parametrize("signs", [(True, False), (False, True), (True, True)])
def test_signed_grids_against_a_plain_loop(signs):
    rng = np.random.default_rng(0)
    tensors = [Tensor(n, (40,), Grid(-4, 8, s)) for n, s in zip("ab", signs, strict=True)]
    node = Multiply(tuple(tensors), Tensor("y", (40,), Grid(-1, 7)))
    arrays = [rng.integers(t.grid.low, t.grid.high + 1, (9, 40)) for t in tensors]
    for output, p, q in zip(node.run(*arrays).ravel(), *map(np.ravel, arrays), strict=True):
        assert output == min(max(math.floor(int(p) * int(q) / 2**7 + 0.5), -64), 63)


def test_finer_outputs_are_refused():
    with pytest.raises(ValueError, match="multiply 'y' has an output grid finer than its products"):
        product(exponent=-12)
