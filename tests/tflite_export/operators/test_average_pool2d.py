import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as schema

from pikelpn_keras.integer import Grid
from pikelpn_keras.integer.nodes import AveragePool2D, Tensor, Window
from tests.tflite_export import graphs
from tflite_export import convert
from tflite_export.flatbuffer import unpack

CHANNELS = 16
POOLS = [
    Window((2, 2), (2, 2), (1, 1), "valid"),
    Window((2, 2), (2, 2), (1, 1), "same"),
    Window((3, 3), (1, 1), (1, 1), "valid"),
    Window((3, 2), (2, 3), (1, 1), "valid"),
    Window((4, 4), (4, 4), (1, 1), "valid"),
    Window((1, 7), (1, 1), (1, 1), "valid"),
    Window((5, 6), (1, 2), (1, 1), "valid"),
]


def pool(window, grid):
    x = Tensor("x", (8, 8, CHANNELS), grid)
    y = Tensor("mean", (*window.output_size((8, 8)), CHANNELS), grid)
    return AveragePool2D((x,), y, window)


def ties(node, images):
    sums = sum(view for _, _, view in node.window.taps(images))
    return int((2 * sums % (2 * node.count) == node.count).sum())


@pytest.mark.parametrize("grid", [Grid(-4, 8, signed=False), Grid(-4)], ids=["unsigned", "signed"])
@pytest.mark.parametrize("window", POOLS, ids=repr)
def test_exact_on_all_runtimes(rng, window, grid):
    node = pool(window, grid)
    images = graphs.images(rng, node.inputs[0], count=24)
    assert (ties(node, images) > 0) == (node.count % 2 == 0)
    report = graphs.verified(graphs.single(node), images, exact="all")
    assert report.exact, report


@pytest.mark.parametrize("grid", [Grid(-4, 4, signed=False), Grid(-4, 5)])
def test_exact_on_narrow_grids(rng, grid):
    node = pool(POOLS[0], grid)
    report = graphs.verified(graphs.single(node), graphs.images(rng, node.inputs[0]), exact="all")
    assert report.exact, report


def test_every_sum_of_a_window_is_exact():
    node = pool(POOLS[0], Grid(-4, 8, signed=False))
    sums = np.resize(np.arange(4 * 255 + 1), (4, 4, 4, CHANNELS))
    quarters = [(sums + i) // 4 for i in range(4)]
    images = np.zeros((4, 8, 8, CHANNELS), np.int32)
    for i, quarter in enumerate(quarters):
        images[:, i // 2 :: 2, i % 2 :: 2] = quarter
    assert np.array_equal(node.run(images), (2 * sums + 4) // 8)
    assert graphs.verified(graphs.single(node), images, exact="all").exact


def test_operator():
    (code,) = unpack(convert(graphs.single(pool(POOLS[0], Grid(-4))))).operatorCodes
    assert (code.builtinCode, code.version) == (schema.BuiltinOperator.DEPTHWISE_CONV_2D, 3)
