"""Every node against a plain loop over Python integers."""

import math

import numpy as np
import pytest

from pikelpn_keras.integer import Grid, ScaleCodes, WeightRecord
from pikelpn_keras.integer.nodes import (
    Add,
    Conv2D,
    Dense,
    DepthwiseConv2D,
    GlobalAveragePool,
    Tensor,
    Window,
)

PIXELS = Grid(-8, 8, signed=False)
RECORD = WeightRecord("UniformQuantizer", {}, 8, ScaleCodes.from_exponents([0], 4))


def fields(rng, channels, **changed):
    return {
        "bias": rng.integers(-500, 500, channels),
        "multiplier": np.ones(channels),
        "shift": rng.integers(-2, 9, channels),
        "weights": RECORD,
        "norm": None,
        **changed,
    }


def requantized(accumulator, node, c):
    scaled = math.floor(
        (accumulator + int(node.bias[c])) * int(node.multiplier[c]) / 2 ** int(node.shift[c]) + 0.5
    )
    return min(max(scaled, node.output.grid.low), node.output.grid.high)


def naive_convolution(node, image, product):
    """`product(y, x, row, column, c)` sums over the input channels of one tap."""
    (top, _), (left, _) = node.window.pads(image.shape[:2])
    output = np.zeros(node.output.shape, int)
    for y, x, c in np.ndindex(*node.output.shape):
        total = 0
        for row, column in np.ndindex(*node.window.size):
            i = y * node.window.strides[0] + row * node.window.dilation[0] - top
            j = x * node.window.strides[1] + column * node.window.dilation[1] - left
            if 0 <= i < image.shape[0] and 0 <= j < image.shape[1]:
                total += product(image[i, j], row, column, c)
        output[y, x, c] = requantized(total, node, c)
    return output


WINDOWS = [
    Window((3, 3), (1, 1), (1, 1), "same"),
    Window((3, 2), (2, 1), (1, 1), "valid"),
    Window((2, 3), (1, 1), (2, 3), "same"),
    Window((4, 1), (3, 2), (1, 1), "same"),
]


@pytest.mark.parametrize("window", WINDOWS, ids=repr)
@pytest.mark.parametrize("kind", ["conv", "depthwise"])
def test_convolutions(window, kind):
    rng = np.random.default_rng(0)
    size, channels, filters = (8, 7), 3, 6
    out = (*window.output_size(size), filters)
    x, y = Tensor("x", (*size, channels), PIXELS), Tensor("y", out, Grid(-6, 8))
    images = rng.integers(0, 256, (2, *x.shape))
    if kind == "conv":
        kernel = rng.integers(-127, 128, (*window.size, channels, filters))
        node = Conv2D((x,), y, kernel, window=window, **fields(rng, filters))

        def product(pixel, row, column, c):
            return sum(int(pixel[i]) * int(kernel[row, column, i, c]) for i in range(channels))
    else:
        kernel = rng.integers(-127, 128, (*window.size, filters))
        node = DepthwiseConv2D((x,), y, kernel, window=window, **fields(rng, filters))

        def product(pixel, row, column, c):
            return int(pixel[c // 2]) * int(kernel[row, column, c])

    expected = [naive_convolution(node, image, product) for image in images]
    assert np.array_equal(node.run(images), expected)


def test_dense_with_mantissas():
    rng = np.random.default_rng(0)
    x, y = Tensor("x", (9,), PIXELS), Tensor("y", (4,), Grid(-3, 8, signed=False))
    kernel = rng.integers(-127, 128, (9, 4))
    node = Dense((x,), y, kernel, **fields(rng, 4, multiplier=[1, 3, 5, 7]))
    vectors = rng.integers(0, 256, (20, 9))
    expected = [
        [requantized(int(vector @ kernel[:, c]), node, c) for c in range(4)] for vector in vectors
    ]
    assert np.array_equal(node.run(vectors), expected)


def test_add_saturates():
    x, y = Tensor("x", (2,), Grid(0, 8)), Tensor("y", (2,), Grid(0, 8, signed=False))
    total = Add((x, x), y).run(np.array([[100, -5]]), np.array([[120, 3]]))
    assert total.tolist() == [[220, 0]]
    signed = Add((x, x), Tensor("y", (2,), Grid(0, 8))).run(
        np.array([[100, -100]]), np.array([[120, -120]])
    )
    assert signed.tolist() == [[127, -128]]


def test_add_refuses_unequal_grids():
    x, y = Tensor("x", (2,), Grid(0)), Tensor("y", (2,), Grid(1))
    with pytest.raises(ValueError, match="add 'y' meets grids of exponents"):
        Add((x, x), y)


@pytest.mark.parametrize("size", [(1, 1), (4, 4), (7, 7), (3, 5), (6, 6)])
@pytest.mark.parametrize("up", [0, 1, 3, 7])
def test_average_rounds_half_up(size, up):
    rng = np.random.default_rng(0)
    x, y = Tensor("x", (*size, 5), Grid(-4, 8)), Tensor("y", (5,), Grid(-4 - up, 8))
    images = rng.integers(-128, 128, (6, *size, 5))
    images[0] //= 16
    means = np.floor(images.sum((1, 2)) * 2.0**up / math.prod(size) + 0.5)
    assert np.array_equal(GlobalAveragePool((x,), y).run(images), np.clip(means, -128, 127))


def test_average_refuses_a_coarser_grid():
    with pytest.raises(ValueError, match="pool 'y' has an output grid coarser"):
        GlobalAveragePool((Tensor("x", (2, 2, 1), Grid(0)),), Tensor("y", (1,), Grid(1)))


def test_overflow_of_int32_is_found():
    x, y = Tensor("x", (80000,), PIXELS), Tensor("y", (1,), Grid(0))
    node = Dense((x,), y, np.full((80000, 1), 127), **fields(np.random.default_rng(0), 1, bias=[0]))
    node.run(np.zeros((1, 80000), np.int32))
    with pytest.raises(OverflowError, match="accumulator of node 'y' leaves int32"):
        node.run(np.full((1, 80000), 255))


def test_reach_bounds_every_accumulator():
    rng = np.random.default_rng(0)
    x, y = Tensor("x", (50,), PIXELS), Tensor("y", (3,), Grid(0))
    node = Dense((x,), y, rng.integers(-7, 8, (50, 3)), **fields(rng, 3))
    worst = np.where(node.kernel > 0, 255, 0)
    for c in range(3):
        sums = worst[:, c] @ node.kernel[:, c].astype(int) + node.bias[c]
        assert abs(sums) <= node.reach[c]


def test_wrong_shapes_are_refused():
    x, y = Tensor("x", (2,), PIXELS), Tensor("y", (3,), Grid(0))
    with pytest.raises(ValueError, match=r"bias of node 'y' has shape \(2,\)"):
        Dense((x,), y, np.zeros((2, 3)), **fields(np.random.default_rng(0), 3, bias=[0, 0]))
