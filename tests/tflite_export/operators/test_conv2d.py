import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as schema

from pikelpn_keras.integer.nodes import Tensor
from tests.tflite_export import graphs
from tflite_export import convert
from tflite_export.flatbuffer import unpack

WINDOWS = [
    graphs.window((1, 1)),
    graphs.window((2, 2), padding="valid"),
    graphs.window((3, 3), strides=(2, 2)),
    graphs.window((3, 3), strides=(1, 2), padding="valid"),
    graphs.window((3, 2), dilation=(2, 2)),
    graphs.window((3, 3), dilation=(1, 2), padding="valid"),
    graphs.window((4, 1), strides=(2, 1)),
    graphs.window((5, 5), padding="valid"),
    graphs.window((6, 7)),
    graphs.window((7, 7), strides=(2, 2)),
]


@pytest.mark.parametrize("grid", [graphs.UNSIGNED, graphs.SIGNED])
@pytest.mark.parametrize("limit", [31, 63])
@pytest.mark.parametrize("win", WINDOWS)
def test_exact_on_all_runtimes(rng, win, limit, grid):
    x = Tensor("x", (9, 10, 5), graphs.PIXELS)
    shift = np.array([4, 1, 7, -1, 0, 9, 12, -2])
    node = graphs.conv2d(rng, x, 8, win=win, limit=limit, shift=shift, grid=grid)
    images = graphs.images(rng, x)
    node = graphs.with_ties(rng, node, images)
    assert graphs.ties(node, images) >= (shift > 0).sum()
    report = graphs.verified(graphs.single(node), images, exact="all")
    assert report.exact, report


@pytest.mark.parametrize("grid", [graphs.PIXELS, graphs.SIGNED])
def test_padding_is_zero_on_every_input_grid(rng, grid):
    x = Tensor("x", (4, 4, 3), grid)
    node = graphs.conv2d(rng, x, 4, win=graphs.window((5, 5)))
    assert graphs.verified(graphs.single(node), graphs.images(rng, x)).exact


@pytest.mark.filterwarnings("ignore:layer")
def test_class_c_is_exact_on_xnnpack_and_off_by_one_elsewhere(rng):
    x = Tensor("x", (9, 9, 8), graphs.PIXELS)
    node = graphs.conv2d(rng, x, 16, limit=127, shift=4)
    images = graphs.images(rng, x, 16)
    graph = graphs.single(graphs.with_ties(rng, node, images))
    report = graphs.verified(graph, images)
    assert report.classes == {"conv": "C"}
    assert report.mismatches["xnnpack"] == report.mismatches["xnnpack-2-threads"] == 0
    for runtime in ("builtin", "reference", "tflm"):
        assert report.mismatches[runtime] > 0
        assert graphs.largest_difference(graph, runtime, images) == 1


@pytest.mark.parametrize(("limit", "name"), [(1, "A"), (3, "B"), (7, "D")])
def test_int4_is_exact_behind_unsigned_outputs(rng, limit, name):
    x = Tensor("x", (9, 9, 7), graphs.PIXELS)
    images = graphs.images(rng, x)
    node = graphs.conv2d(rng, x, 5, limit=limit, shift=[1, 2, 4, 7, 0])
    graph = graphs.single(graphs.with_ties(rng, node, images))
    report = graphs.verified(graph, images, weight_storage="int4", exact="all")
    assert report.exact, report
    assert report.classes == {"conv": name}


@pytest.mark.parametrize(("storage", "version"), [("int8", 3), ("int4", 7)])
def test_operator(rng, storage, version):
    win = graphs.window((3, 2), strides=(1, 2), dilation=(1, 1), padding="valid")
    node = graphs.conv2d(rng, Tensor("x", (9, 9, 3), graphs.PIXELS), 4, win=win)
    model = unpack(convert(graphs.single(node), weight_storage=storage))
    (code,) = model.operatorCodes
    assert (code.builtinCode, code.version) == (schema.BuiltinOperator.CONV_2D, version)
    (operator,) = model.subgraphs[0].operators
    options = operator.builtinOptions
    assert (options.strideH, options.strideW) == (1, 2)
    assert options.padding == schema.Padding.VALID
    kernel, bias = (model.subgraphs[0].tensors[index] for index in operator.inputs[1:])
    assert list(kernel.shape) == [4, 3, 2, 3]
    assert kernel.quantization.quantizedDimension == 0
    assert len(kernel.quantization.scale) == len(bias.quantization.scale) == 4
    assert np.array_equal(bias.quantization.scale, kernel.quantization.scale * np.float32(2**-8))
