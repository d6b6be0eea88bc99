import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as schema

from pikelpn_keras.integer import Grid
from pikelpn_keras.integer.nodes import Conv2DTranspose, Tensor
from tests.tflite_export import graphs
from tflite_export import convert
from tflite_export.flatbuffer import unpack
from tflite_export.operators.conv2d_transpose import equivalent

# Kernel size, stride and whether the border is cut to padding "same".
SHAPES = [
    ((2, 2), 2, True),
    ((3, 3), 2, True),
    ((3, 3), 2, False),
    ((4, 4), 2, True),
    ((4, 3), 2, False),
    ((3, 3), 1, True),
    ((3, 2), 1, False),
    ((5, 1), 3, True),
    ((2, 2), 3, False),
    ((7, 8), 3, True),
]


def transposed(rng, size, stride, same, *, limit=7, grid=graphs.UNSIGNED):
    x = Tensor("x", (5, 4, 3), graphs.PIXELS)
    overlap = [max(taps - stride, 0) for taps in size]
    corner = tuple(o // 2 if same else 0 for o in overlap)
    shape = [n * stride + (0 if same else o) for n, o in zip(x.shape[:2], overlap, strict=True)]
    node = Conv2DTranspose(
        (x,),
        Tensor("y", (*shape, 6), grid),
        kernel=graphs.kernel(rng, (*size, 3, 6), limit),
        bias=np.zeros(6),
        multiplier=np.ones(6),
        shift=[1, 3, 4, 5, 6, 9],
        weights=graphs.record(limit),
        norm=None,
        stride=stride,
        corner=corner,
    )
    return graphs.with_ties(rng, node, graphs.images(rng, x))


@pytest.mark.parametrize(("size", "stride", "same"), SHAPES)
def test_equivalent_nodes_compute_the_same(rng, size, stride, same):
    node = transposed(rng, size, stride, same)
    images = graphs.images(rng, node.inputs[0])
    tensors = {"x": images}
    for part in equivalent(node):
        tensors[part.name] = part.run(tensors[part.inputs[0].name])
    assert np.array_equal(tensors["y"], node.run(images))


@pytest.mark.parametrize("grid", [graphs.UNSIGNED, graphs.SIGNED, Grid(-5, 4, signed=False)])
@pytest.mark.parametrize("limit", [7, 63])
@pytest.mark.parametrize(("size", "stride", "same"), SHAPES[:7])
def test_exact_on_all_runtimes(rng, size, stride, same, limit, grid):
    node = transposed(rng, size, stride, same, limit=limit, grid=grid)
    images = graphs.images(rng, node.inputs[0])
    assert graphs.ties(node, images) > 0
    report = graphs.verified(graphs.single(node), images, exact="all")
    assert report.exact, report
    assert report.classes == {"y": "A" if limit == 7 else "B"}


@pytest.mark.parametrize(("limit", "encoding"), [(1, "A"), (7, "D")])
def test_exact_with_int4_weights(rng, limit, encoding):
    node = transposed(rng, *SHAPES[1], limit=limit)
    images = graphs.images(rng, node.inputs[0])
    report = graphs.verified(graphs.single(node), images, weight_storage="int4", exact="all")
    assert report.exact, report
    assert report.classes == {"y": encoding}


@pytest.mark.parametrize(
    ("shape", "operators"),
    [
        (SHAPES[0], [("CONV_2D", 3), ("DEPTH_TO_SPACE", 1)]),
        (SHAPES[1], [("PAD", 2), ("CONV_2D", 3), ("DEPTH_TO_SPACE", 1)]),
        (SHAPES[5], [("PAD", 2), ("CONV_2D", 3)]),
        (SHAPES[3], [("PAD", 2), ("CONV_2D", 3), ("DEPTH_TO_SPACE", 1), ("STRIDED_SLICE", 2)]),
    ],
)
def test_operators(rng, shape, operators):
    model = unpack(convert(graphs.single(transposed(rng, *shape))))
    codes = [(code.builtinCode, code.version) for code in model.operatorCodes]
    assert codes == [
        (getattr(schema.BuiltinOperator, name), version) for name, version in operators
    ]
