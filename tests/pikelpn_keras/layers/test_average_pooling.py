import collections

import keras
import numpy as np
import pytest

import pikelpn_keras as pk
from tests.pikelpn_keras.layer_test_case import LayerTestCase, pixels


class TestQuantAveragePooling2D(LayerTestCase):
    cases = [
        {"pool_size": 2},
        {"pool_size": (3, 2), "strides": (1, 2)},
        {"pool_size": (3, 2), "padding": "same"},
        {"pool_size": 3, "strides": 1, "padding": "same"},
        {"pool_size": (4, 5), "strides": (3, 2), "padding": "same"},
    ]

    def layer(self, **arguments):
        return pk.layers.QuantAveragePooling2D(**arguments)

    def around(self, x, layer):
        return layer(pk.layers.QuantIdentity()(pk.layers.QuantConv2D(8, 3, padding="same")(x)))


@pytest.mark.parametrize("size", [(2, 2), (3, 3), (7, 5)])
def test_rounds_half_up(size):
    model = keras.Sequential(
        [
            keras.Input((14, 15, 6)),
            pk.layers.QuantInput(),
            pk.layers.QuantAveragePooling2D(size),
        ]
    )
    images = pixels((14, 15, 6))
    images[0] = 255
    images[1:9] &= 3
    rows, columns = 14 // size[0], 15 // size[1]
    cut = images[:, : rows * size[0], : columns * size[1]].astype(int)
    sums = cut.reshape(-1, rows, size[0], columns, size[1], 6).sum((2, 4))
    count = size[0] * size[1]
    assert np.array_equal(model(images) * 256, (2 * sums + count) // (2 * count))


@pytest.mark.parametrize(("size", "pool", "strides"), [(7, 3, 2), (6, 4, 1), (3, 5, 1), (5, 2, 2)])
def test_borders_are_averages_of_what_lies_inside(size, pool, strides):
    layer = pk.layers.QuantAveragePooling2D(pool, strides, "same")
    model = keras.Sequential([keras.Input((size, size, 2)), pk.layers.QuantInput(), layer])
    images = pixels((size, size, 2))
    outputs = -(-size // strides)
    before = max((outputs - 1) * strides + pool - size, 0) // 2
    expected = np.zeros((len(images), outputs, outputs, 2), int)
    for row, column in np.ndindex(outputs, outputs):
        top, left = row * strides - before, column * strides - before
        part = images[:, max(top, 0) : top + pool, max(left, 0) : left + pool].astype(int)
        count = part.shape[1] * part.shape[2]
        expected[:, row, column] = (2 * part.sum((1, 2)) + count) // (2 * count)
    assert np.array_equal(model(images) * 256, expected)
    assert np.array_equal(pk.integer_graph(model).run(images), expected)


def test_the_parts_of_a_border():
    model = keras.Sequential(
        [
            keras.Input((8, 8, 2)),
            pk.layers.QuantInput(),
            pk.layers.QuantAveragePooling2D(3, 1, "same"),
        ]
    )
    kinds = collections.Counter(type(node).__name__ for node in pk.integer_graph(model).nodes)
    assert kinds == {"Crop2D": 8, "AveragePool2D": 9, "Concatenate": 4}


def test_the_gradient_is_that_of_the_average():
    tf = pytest.importorskip("tensorflow")
    model = keras.Sequential(
        [keras.Input((4, 4, 1)), pk.layers.QuantInput(), pk.layers.QuantAveragePooling2D(2)]
    )
    x = tf.fill((1, 4, 4, 1), 0.3)
    with tf.GradientTape() as tape:
        tape.watch(x)
        total = tf.reduce_sum(model(x))
    assert np.array_equal(tape.gradient(total, x), np.full((1, 4, 4, 1), 0.25))


@pytest.mark.parametrize(
    ("size", "arguments", "message"),
    [
        (None, {"padding": "same"}, "'p' pads its input of the open size .*use padding='valid'"),
        (99, {"pool_size": 65}, "'p' averages at most 4096 positions, not 4225"),
        (9, {"data_format": "channels_first"}, "'p' needs data_format='channels_last'"),
    ],
)
def test_refuses(size, arguments, message):
    with pytest.raises(ValueError, match=message):
        pk.layers.QuantAveragePooling2D(**{"pool_size": 2, "name": "p", **arguments})(
            keras.Input((size, size, 1))
        )
