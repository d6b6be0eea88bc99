"""The nodes that join tensors of one unit, against plain loops over Python integers."""

import numpy as np
import pytest

from pikelpn_keras.integer import Grid
from pikelpn_keras.integer.nodes import Subtract, Tensor

GRIDS = [Grid(-3, 8, signed=False), Grid(-3), Grid(-3, 4)]


def drawn(tensor):
    rng = np.random.default_rng(0)
    return rng.integers(tensor.grid.low, tensor.grid.high + 1, (6, *tensor.shape))


@pytest.mark.parametrize("output", GRIDS)
@pytest.mark.parametrize("second", GRIDS)
@pytest.mark.parametrize("first", GRIDS)
def test_subtract(first, second, output):
    a, b = Tensor("a", (50,), first), Tensor("b", (50,), second)
    node = Subtract((a, b), Tensor("y", (50,), output))
    arrays = drawn(a), np.flip(drawn(b))
    expected = [
        min(max(int(p) - int(q), output.low), output.high)
        for p, q in zip(arrays[0].ravel(), arrays[1].ravel(), strict=True)
    ]
    assert node.run(*arrays).ravel().tolist() == expected


def test_unequal_grids_are_refused():
    x, y = Tensor("x", (2,), Grid(0)), Tensor("y", (2,), Grid(1))
    with pytest.raises(ValueError, match="subtract 'y' meets grids of exponents"):
        Subtract((x, x), y)
