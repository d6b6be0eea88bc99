import itertools

import pytest
from ai_edge_litert import schema_py_generated as schema

from pikelpn_keras.integer import Grid, IntegerGraph
from pikelpn_keras.integer.nodes import Subtract, Tensor
from tests.tflite_export import graphs
from tflite_export import convert
from tflite_export.flatbuffer import unpack

GRIDS = [Grid(-4, 8, signed=False), Grid(-4), Grid(-4, 4, signed=False), Grid(-4, 5)]


def subtraction(first, second, output):
    a, b = Tensor("a", (4, 5, 6), first), Tensor("b", (4, 5, 6), second)
    node = Subtract((a, b), Tensor("difference", (4, 5, 6), output))
    return IntegerGraph("subtraction", (a, b), (node,), ("difference",))


@pytest.mark.parametrize("grids", list(itertools.product(GRIDS, repeat=3)))
def test_exact_on_all_runtimes(rng, grids):
    graph = subtraction(*grids)
    images = [graphs.images(rng, tensor) for tensor in graph.inputs]
    report = graphs.verified(graph, *images, exact="all")
    assert report.exact, report


def test_operator():
    model = unpack(convert(subtraction(GRIDS[0], GRIDS[0], GRIDS[0])))
    (code,) = model.operatorCodes
    assert (code.builtinCode, code.version) == (schema.BuiltinOperator.SUB, 2)
