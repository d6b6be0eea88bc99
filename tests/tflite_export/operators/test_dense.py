import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as schema

from pikelpn_keras.integer.nodes import Tensor
from tests.tflite_export import graphs
from tflite_export import convert
from tflite_export.flatbuffer import unpack

X = Tensor("x", (40,), graphs.PIXELS)


@pytest.mark.parametrize("grid", [graphs.UNSIGNED, graphs.SIGNED])
@pytest.mark.parametrize("limit", [31, 63])
@pytest.mark.parametrize("shift", [1, 4, 8, [1, 4, 8, -1, 0, 12, 6]])
def test_exact_on_all_runtimes(rng, shift, limit, grid):
    node = graphs.dense(rng, X, 7, limit=limit, shift=shift, grid=grid)
    vectors = graphs.images(rng, X, 64)
    node = graphs.with_ties(rng, node, vectors)
    assert graphs.ties(node, vectors) >= (np.array(shift) > 0).sum()
    report = graphs.verified(graphs.single(node), vectors, exact="all")
    assert report.exact, report


@pytest.mark.parametrize("limit", [1, 3])
@pytest.mark.parametrize("shift", [4, [1, 4, 8, -1, 0, 12, 6]])
def test_small_int4_weights_are_exact_on_all_runtimes(rng, shift, limit):
    node = graphs.dense(rng, X, 7, limit=limit, shift=shift, grid=graphs.SIGNED)
    vectors = graphs.images(rng, X, 64)
    graph = graphs.single(graphs.with_ties(rng, node, vectors))
    report = graphs.verified(graph, vectors, weight_storage="int4", exact="all")
    assert report.exact, report


@pytest.mark.parametrize(
    ("storage", "shift", "version", "scales", "weight_type"),
    [
        ("int8", 4, 4, 1, schema.TensorType.INT8),
        ("int8", [4, 5, 4], 12, 3, schema.TensorType.INT8),
        ("int4", 4, 10, 1, schema.TensorType.INT4),
        # No runtime for microcontrollers takes int4 weights with a scale for each channel.
        ("int4", [4, 5, 4], 12, 3, schema.TensorType.INT8),
    ],
)
def test_operator(rng, storage, shift, version, scales, weight_type):
    node = graphs.dense(rng, X, 3, limit=3, shift=shift)
    model = unpack(convert(graphs.single(node), weight_storage=storage))
    (code,) = model.operatorCodes
    assert (code.builtinCode, code.version) == (schema.BuiltinOperator.FULLY_CONNECTED, version)
    (operator,) = model.subgraphs[0].operators
    kernel, bias = (model.subgraphs[0].tensors[index] for index in operator.inputs[1:])
    assert list(kernel.shape) == [3, 40]
    assert kernel.type == weight_type
    assert len(kernel.quantization.scale) == len(bias.quantization.scale) == scales


def test_refuses_images(rng):
    node = graphs.dense(rng, Tensor("x", (3, 3, 8), graphs.PIXELS), 3)
    with pytest.raises(ValueError, match="layer 'dense' is fully connected and reads a tensor"):
        convert(graphs.single(node))
