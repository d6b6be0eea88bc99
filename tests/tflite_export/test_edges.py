import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as schema

from tests.tflite_export import graphs
from tflite_export import convert
from tflite_export.edges import Edge, edges_of
from tflite_export.flatbuffer import pack, unpack


@pytest.mark.parametrize(
    ("input_type", "dtype", "zero_point"), [("int8", np.int8, -128), ("uint8", np.uint8, 0)]
)
def test_edges_of_a_file(rng, input_type, dtype, zero_point):
    edges = edges_of(convert(graphs.small_net(rng), input_type=input_type))
    assert edges.inputs == (Edge("pixels", (8, 8, 3), dtype, zero_point),)
    assert edges.outputs == (Edge("classes", (10,), np.int8, 0),)


@pytest.mark.parametrize(("dtype", "zero_point"), [(np.int8, -128), (np.uint8, 0)])
def test_load_is_the_reverse_of_store(dtype, zero_point):
    edge, integers = Edge("x", (256,), dtype, zero_point), np.arange(256)
    stored = edge.store(integers)
    assert stored.dtype == dtype
    assert np.array_equal(edge.load(stored), integers)


def test_float_files_are_refused(rng):
    model = unpack(convert(graphs.small_net(rng)))
    model.subgraphs[0].tensors[model.subgraphs[0].outputs[0]].type = schema.TensorType.FLOAT32
    with pytest.raises(ValueError, match="tensor 'classes' of the file is neither int8 nor uint8"):
        edges_of(pack(model))
