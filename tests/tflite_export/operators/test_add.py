import itertools

import pytest
from ai_edge_litert import schema_py_generated as schema

from pikelpn_keras.integer import Grid, IntegerGraph
from pikelpn_keras.integer.nodes import Add, Subtract, Tensor
from tests.tflite_export import graphs
from tflite_export import convert
from tflite_export.flatbuffer import unpack

GRIDS = [Grid(-4, 8, signed=False), Grid(-4), Grid(-4, 4, signed=False), Grid(-4, 5)]


def joined(node_type, first, second, output):
    a, b = Tensor("a", (4, 5, 6), first), Tensor("b", (4, 5, 6), second)
    node = node_type((a, b), Tensor("y", (4, 5, 6), output))
    return IntegerGraph("joined", (a, b), (node,), ("y",))


@pytest.mark.parametrize("node_type", [Add, Subtract])
@pytest.mark.parametrize("grids", list(itertools.product(GRIDS, repeat=3)))
def test_exact_on_all_runtimes(rng, grids, node_type):
    graph = joined(node_type, *grids)
    images = [graphs.images(rng, tensor) for tensor in graph.inputs]
    report = graphs.verified(graph, *images, exact="all")
    assert report.exact, report


@pytest.mark.parametrize(("node_type", "name"), [(Add, "ADD"), (Subtract, "SUB")])
def test_operator(node_type, name):
    model = unpack(convert(joined(node_type, GRIDS[0], GRIDS[0], GRIDS[0])))
    (code,) = model.operatorCodes
    assert (code.builtinCode, code.version) == (getattr(schema.BuiltinOperator, name), 2)
