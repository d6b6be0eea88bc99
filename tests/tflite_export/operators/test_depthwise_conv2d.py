import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as schema

from pikelpn_keras.integer.nodes import Tensor
from tests.tflite_export import graphs
from tflite_export import convert, verify
from tflite_export.flatbuffer import unpack
from tflite_export.runtimes import RUNTIMES

WINDOWS = [
    graphs.window((1, 1)),
    graphs.window((2, 3), padding="valid"),
    graphs.window((3, 3)),
    graphs.window((3, 3), strides=(2, 2)),
    graphs.window((3, 3), dilation=(2, 2)),
    graphs.window((5, 4), strides=(2, 2), padding="valid"),
    graphs.window((7, 6)),
]


@pytest.mark.parametrize("grid", [graphs.UNSIGNED, graphs.SIGNED])
@pytest.mark.parametrize("limit", [31, 63])
@pytest.mark.parametrize("multiplier", [1, 2, 3])
@pytest.mark.parametrize("win", WINDOWS)
def test_exact_on_all_runtimes(rng, win, multiplier, limit, grid):
    x = Tensor("x", (8, 9, 6), graphs.PIXELS)
    shift = np.resize([4, 1, 7, -1, 0, 9, 12], 6 * multiplier)
    node = graphs.depthwise(
        rng, x, multiplier=multiplier, win=win, limit=limit, shift=shift, grid=grid
    )
    images = graphs.images(rng, x)
    node = graphs.with_ties(rng, node, images)
    assert graphs.ties(node, images) >= (shift > 0).sum()
    report = graphs.verified(graphs.single(node), images, exact="all")
    assert report.exact, report


@pytest.mark.filterwarnings("ignore:layer")
def test_int4_is_exact_where_it_loads(rng):
    x = Tensor("x", (9, 9, 5), graphs.PIXELS)
    images = graphs.images(rng, x)
    node = graphs.depthwise(rng, x, limit=7, shift=[1, 2, 4, 7, 0])
    graph = graphs.single(graphs.with_ties(rng, node, images))
    report = verify(graph, convert(graph, weight_storage="int4"), images, runtimes=tuple(RUNTIMES))
    assert report.classes == {"depthwise": "D"}
    assert report.mismatches == {
        runtime: 0 for runtime in ("xnnpack", "xnnpack-2-threads", "builtin", "tflm")
    }
    assert list(report.skipped) == ["reference"]


def test_int4_says_that_the_reference_kernels_do_not_load_it(rng):
    node = graphs.depthwise(rng, Tensor("x", (9, 9, 5), graphs.PIXELS), limit=1)
    with pytest.warns(UserWarning, match="'depthwise' is not proven exact on reference: the ref"):
        convert(graphs.single(node), weight_storage="int4")


@pytest.mark.filterwarnings("ignore:layer")
@pytest.mark.parametrize(("storage", "version"), [("int8", 3), ("int4", 7)])
def test_operator(rng, storage, version):
    x = Tensor("x", (9, 9, 3), graphs.PIXELS)
    node = graphs.depthwise(rng, x, multiplier=2, win=graphs.window((3, 3), dilation=(2, 1)))
    model = unpack(convert(graphs.single(node), weight_storage=storage))
    (code,) = model.operatorCodes
    assert (code.builtinCode, code.version) == (schema.BuiltinOperator.DEPTHWISE_CONV_2D, version)
    (operator,) = model.subgraphs[0].operators
    options = operator.builtinOptions
    assert options.depthMultiplier == 2
    assert (options.dilationHFactor, options.dilationWFactor) == (2, 1)
    kernel = model.subgraphs[0].tensors[operator.inputs[1]]
    assert list(kernel.shape) == [1, 3, 3, 6]
    assert kernel.quantization.quantizedDimension == 3
