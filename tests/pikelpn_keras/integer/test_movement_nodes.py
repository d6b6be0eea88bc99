"""The nodes that move or pick integers, and the average pool, against plain loops."""

import math

import numpy as np
import pytest

from pikelpn_keras.integer import Grid
from pikelpn_keras.integer.nodes import (
    AveragePool2D,
    Concatenate,
    Crop2D,
    DepthToSpace,
    MaxPool2D,
    Pad2D,
    Reshape,
    Tensor,
    UpSampling2D,
    Window,
)

GRID = Grid(-3, 8)
SHAPE = (7, 6, 4)
X = Tensor("x", SHAPE, GRID)
IMAGES = np.random.default_rng(0).integers(-128, 128, (2, *SHAPE), "int32")


def output(*shape):
    return Tensor("y", shape, GRID)


def check(node, pixel):
    """`pixel(image, y, x, c)` is the integer expected at that place."""
    shape = node.output.shape
    expected = [[pixel(image, *place) for place in np.ndindex(*shape)] for image in IMAGES]
    result = node.run(IMAGES)
    assert result.dtype == np.int32
    assert np.array_equal(result, np.reshape(expected, (2, *shape)))


def met(window, image, y, x, c):
    """The pixels under a window that lie within the image."""
    (top, _), (left, _) = window.pads(SHAPE[:2])
    rows = [y * window.strides[0] + r - top for r in range(window.size[0])]
    columns = [x * window.strides[1] + r - left for r in range(window.size[1])]
    return [
        int(image[i, j, c])
        for i in rows
        for j in columns
        if 0 <= i < SHAPE[0] and 0 <= j < SHAPE[1]
    ]


@pytest.mark.parametrize("padding", ["same", "valid"])
@pytest.mark.parametrize(("size", "strides"), [((2, 2), (2, 2)), ((3, 2), (1, 3))])
def test_max_pool(size, strides, padding):
    window = Window(size, strides, (1, 1), padding)
    node = MaxPool2D((X,), output(*window.output_size(SHAPE[:2]), 4), window)
    check(node, lambda *place: max(met(window, *place)))


@pytest.mark.parametrize(
    ("size", "strides"), [((2, 2), (2, 2)), ((3, 2), (1, 3)), ((3, 3), (2, 1))]
)
def test_average_pool_rounds_half_up(size, strides):
    window = Window(size, strides, (1, 1), "valid")
    node = AveragePool2D((X,), output(*window.output_size(SHAPE[:2]), 4), window)
    check(node, lambda *place: math.floor(sum(met(window, *place)) / node.count + 0.5))


def test_average_pool_refuses_a_border():
    window = Window((2, 2), (2, 2), (1, 1), "same")
    with pytest.raises(ValueError, match=r"pool 'y' averages within .* border of \(\(0, 1\)"):
        AveragePool2D((X,), output(4, 3, 4), window)


def test_reshape():
    node = Reshape((X,), output(14, 12))
    assert np.array_equal(node.run(IMAGES).ravel(), IMAGES.ravel())


def test_pad():
    def pixel(image, y, x, c):
        inside = 1 <= y < 8 and 3 <= x < 9
        return image[y - 1, x - 3, c] if inside else 0

    check(Pad2D((X,), output(10, 9, 4), ((1, 2), (3, 0))), pixel)


def test_crop():
    check(Crop2D((X,), output(4, 3, 4), (1, 2)), lambda image, y, x, c: image[y + 1, x + 2, c])


def test_concatenate():
    node = Concatenate((X, X), output(7, 12, 4), axis=2)
    for image, joined in zip(IMAGES, node.run(IMAGES, -IMAGES), strict=True):
        for y, x, c in np.ndindex(*node.output.shape):
            assert joined[y, x, c] == (image[y, x, c] if x < 6 else -image[y, x - 6, c])


def test_up_sampling():
    node = UpSampling2D((X,), output(14, 18, 4), (2, 3))
    check(node, lambda image, y, x, c: image[y // 2, x // 3, c])


def test_depth_to_space():
    node = DepthToSpace((X,), output(14, 12, 1), 2)
    check(node, lambda image, y, x, c: image[y // 2, x // 2, 2 * (y % 2) + x % 2])


def test_grids_must_be_one():
    with pytest.raises(ValueError, match="'y' moves integers from .*both grids must be one"):
        Reshape((X,), Tensor("y", (168,), Grid(-4)))
