import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as schema

from pikelpn_keras.integer import Grid
from pikelpn_keras.integer.nodes import Lookup, Tensor
from tests.tflite_export import graphs
from tflite_export import convert
from tflite_export.flatbuffer import unpack

GRIDS = [Grid(-4), Grid(-4, 8, signed=False), Grid(-4, 7, signed=False), Grid(-4, 5)]


def lookup(rng, source, output, shape=(4, 5, 6)):
    x, y = Tensor("x", shape, source), Tensor("y", shape, output)
    length = source.high - source.low + 1
    return Lookup((x,), y, rng.integers(output.low, output.high + 1, length))


@pytest.mark.parametrize("shape", [(4, 5, 6), (120,)])
@pytest.mark.parametrize("output", GRIDS)
@pytest.mark.parametrize("source", GRIDS)
def test_exact_on_all_runtimes(rng, source, output, shape):
    node = lookup(rng, source, output, shape)
    images = np.resize(np.arange(source.low, source.high + 1), (4, *shape)).astype(np.int32)
    report = graphs.verified(graphs.single(node), images, exact="all")
    assert report.exact, report


def test_operators(rng):
    model = unpack(convert(graphs.single(lookup(rng, GRIDS[0], GRIDS[0]))))
    assert [(code.builtinCode, code.version) for code in model.operatorCodes] == [
        (schema.BuiltinOperator.CAST, 3),
        (schema.BuiltinOperator.ADD, 1),
        (schema.BuiltinOperator.GATHER, 2),
    ]


def test_integers_that_are_stored_from_0_on_need_no_addition(rng):
    model = unpack(convert(graphs.single(lookup(rng, Grid(-4, 7, signed=False), GRIDS[0]))))
    assert len(model.subgraphs[0].operators) == 2
