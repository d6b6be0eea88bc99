import pytest
from ai_edge_litert import schema_py_generated as schema

from pikelpn_keras.integer import Grid, IntegerGraph
from pikelpn_keras.integer.nodes import Maximum, Tensor
from tests.tflite_export import graphs
from tflite_export import convert
from tflite_export.flatbuffer import unpack


def maximum(grid):
    a, b, y = (Tensor(name, (4, 5, 6), grid) for name in ("a", "b", "larger"))
    return IntegerGraph("maximum", (a, b), (Maximum((a, b), y),), ("larger",))


@pytest.mark.parametrize("grid", [Grid(-4), Grid(-4, 8, signed=False), Grid(-4, 5)])
def test_exact_on_all_runtimes(rng, grid):
    graph = maximum(grid)
    images = [graphs.images(rng, tensor) for tensor in graph.inputs]
    report = graphs.verified(graph, *images, exact="all")
    assert report.exact, report


def test_operator():
    model = unpack(convert(maximum(Grid(-4))))
    (code,) = model.operatorCodes
    assert (code.builtinCode, code.version) == (schema.BuiltinOperator.MAXIMUM, 2)
