"""The transposed convolution against a plain loop over Python integers."""

import math

import numpy as np
import pytest

from pikelpn_keras.integer import Grid, ScaleCodes, WeightRecord
from pikelpn_keras.integer.nodes import Conv2DTranspose, Tensor


@pytest.mark.parametrize(
    ("size", "stride", "corner", "shape"),
    [
        ((3, 3), 2, (0, 0), (8, 6)),
        ((3, 3), 2, (0, 0), (9, 7)),
        ((4, 5), 2, (1, 1), (8, 6)),
        ((1, 2), 3, (0, 0), (12, 9)),
        ((3, 2), 1, (1, 0), (4, 3)),
        ((3, 2), 3, (0, 0), (14, 9)),
    ],
)
def test_against_a_loop(size, stride, corner, shape):
    rng = np.random.default_rng(0)
    kernel = rng.integers(-127, 128, (*size, 2, 5))
    bias, shift = rng.integers(-500, 500, 5), rng.integers(-2, 9, 5)
    node = Conv2DTranspose(
        (Tensor("x", (4, 3, 2), Grid(-8, 8, signed=False)),),
        Tensor("y", (*shape, 5), Grid(-6, 8)),
        kernel=kernel,
        bias=bias,
        multiplier=np.ones(5),
        shift=shift,
        weights=WeightRecord("UniformQuantizer", {}, 8, ScaleCodes.from_exponents([0], 4)),
        norm=None,
        stride=stride,
        corner=corner,
    )
    images = rng.integers(0, 256, (2, 4, 3, 2))
    sums = np.zeros((2, *shape, 5), object)
    for n, i, j, c, row, column, o in np.ndindex(2, 4, 3, 2, *size, 5):
        y, x = i * stride + row - corner[0], j * stride + column - corner[1]
        if 0 <= y < shape[0] and 0 <= x < shape[1]:
            sums[n, y, x, o] += int(images[n, i, j, c]) * int(kernel[row, column, c, o])
    expected = [
        min(max(math.floor((total + int(bias[o])) / 2.0 ** int(shift[o]) + 0.5), -128), 127)
        for (_, _, _, o), total in np.ndenumerate(sums)
    ]
    assert np.array_equal(node.run(images).ravel(), expected)
