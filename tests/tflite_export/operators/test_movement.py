"""The operators that move or pick integers."""

import itertools

import pytest
from ai_edge_litert import schema_py_generated as schema

from pikelpn_keras.integer import Grid
from pikelpn_keras.integer.nodes import (
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
from tests.tflite_export import graphs
from tflite_export import convert
from tflite_export.flatbuffer import unpack

GRIDS = [Grid(-4, 8, signed=False), Grid(-4), Grid(-4, 5, signed=False), Grid(-4, 5)]
IMAGE = (6, 7, 8)
POOLS = [
    Window((2, 2), (2, 2), (1, 1), "valid"),
    Window((3, 2), (2, 1), (1, 1), "same"),
    Window((6, 7), (1, 1), (1, 1), "valid"),
    Window((4, 5), (3, 3), (1, 1), "same"),
    Window((1, 1), (1, 1), (1, 1), "valid"),
    Window((1, 1), (2, 2), (1, 1), "same"),
]


def concatenate(grid, axis, shapes):
    inputs = tuple(Tensor(f"x{i}", shape, grid) for i, shape in enumerate(shapes))
    shape = list(shapes[0])
    shape[axis - 1] = sum(other[axis - 1] for other in shapes)
    return Concatenate(inputs, Tensor("y", tuple(shape), grid), axis)


def nodes_on(grid):
    x = Tensor("x", IMAGE, grid)

    def y(*shape):
        return Tensor("y", shape, grid)

    yield "reshape", Reshape((x,), y(3, 14, 8))
    yield "flatten", Reshape((x,), y(336))
    yield "pad", Pad2D((x,), y(9, 8, 8), ((1, 2), (0, 1)))
    yield "crop", Crop2D((x,), y(3, 5, 8), (1, 2))
    yield "channels", concatenate(grid, 3, [IMAGE, (6, 7, 3), (6, 7, 1)])
    yield "rows", concatenate(grid, 1, [IMAGE, (2, 7, 8)])
    yield "vectors", concatenate(grid, 1, [(5,), (6,), (1,), (2,), (4,)])
    yield "twice", Concatenate((x, x), y(6, 7, 16), 3)
    yield "nearest", UpSampling2D((x,), y(12, 21, 8), (2, 3))
    yield "nearest5", UpSampling2D((x,), y(30, 49, 8), (5, 7))
    yield "depth_to_space", DepthToSpace((x,), y(12, 14, 2), 2)
    for window in POOLS:
        yield f"max{window.size}", MaxPool2D((x,), y(*window.output_size(IMAGE[:2]), 8), window)


CASES = list(itertools.chain(*(nodes_on(grid) for grid in GRIDS[:2])))
CASES += [(name, node) for grid in GRIDS[2:] for name, node in list(nodes_on(grid))[2::4]]


@pytest.mark.parametrize("node", [node for _, node in CASES], ids=[name for name, _ in CASES])
def test_exact_on_all_runtimes(rng, node):
    graph = graphs.single(node) if len(set(node.inputs)) == len(node.inputs) else twice(node)
    images = [graphs.images(rng, tensor) for tensor in graph.inputs]
    report = graphs.verified(graph, *images, exact="all")
    assert report.exact, report


def twice(node):
    """A graph whose node reads its one input more than once."""
    return graphs.IntegerGraph("twice", node.inputs[:1], (node,), (node.name,))


@pytest.mark.parametrize(
    ("name", "operator", "version"),
    [
        ("reshape", "RESHAPE", 1),
        ("pad", "PAD", 2),
        ("crop", "STRIDED_SLICE", 2),
        ("channels", "CONCATENATION", 2),
        ("nearest", "RESIZE_NEAREST_NEIGHBOR", 2),
        ("depth_to_space", "DEPTH_TO_SPACE", 1),
        ("max(2, 2)", "MAX_POOL_2D", 2),
    ],
)
def test_operator(name, operator, version):
    node = dict(nodes_on(GRIDS[0]))[name]
    (code,) = unpack(convert(graphs.single(node))).operatorCodes
    assert code.builtinCode == getattr(schema.BuiltinOperator, operator)
    assert code.version == version
