import dataclasses

import pytest
from ai_edge_litert import schema_py_generated as schema

from pikelpn_keras.integer import BoundedGrid, Grid
from pikelpn_keras.integer.nodes import Tensor
from tests.tflite_export import graphs
from tflite_export import convert
from tflite_export.flatbuffer import unpack

X = Tensor("x", (6, 6, 4), graphs.PIXELS)


def layer(rng, bits, signed):
    return graphs.conv2d(rng, X, 6, shift=[1, 2, 3, 5, 7, -1], grid=Grid(-3, bits, signed))


@pytest.mark.parametrize("signed", [False, True])
@pytest.mark.parametrize("bits", range(2, 9))
def test_exact_on_all_runtimes(rng, bits, signed):
    images = graphs.images(rng, X)
    node = graphs.with_ties(rng, layer(rng, bits, signed), images)
    values = node.run(images)
    grid = node.output.grid
    assert (values.min(), values.max()) == (grid.low, grid.high)
    report = graphs.verified(graphs.single(node), images, exact="all")
    assert report.exact, report


@pytest.mark.parametrize("signed", [False, True])
@pytest.mark.parametrize("bits", range(2, 9))
def test_narrow_inputs_are_exact_on_all_runtimes(rng, bits, signed):
    x = Tensor("x", (6, 6, 4), Grid(-8, bits, signed))
    node = graphs.conv2d(rng, x, 6, shift=2)
    images = graphs.images(rng, x)
    graph = graphs.single(graphs.with_ties(rng, node, images))
    assert graphs.verified(graph, images, exact="all").exact


@pytest.mark.parametrize("bound", [1, 7, 192, 254])
def test_bounds_are_exact_on_all_runtimes_without_an_operator(rng, bound):
    images = graphs.images(rng, X)
    output = Tensor("y", (6, 6, 6), BoundedGrid(-3, 8, signed=False, bound=bound))
    node = dataclasses.replace(layer(rng, 8, signed=False), output=output)
    graph = graphs.single(graphs.with_ties(rng, node, images))
    assert graph.run(images).max() == bound
    assert graphs.verified(graph, images, exact="all").exact
    assert len(unpack(convert(graph)).subgraphs[0].operators) == 1


@pytest.mark.parametrize(
    ("bits", "signed", "activation", "operators"),
    [
        (8, True, schema.ActivationFunctionType.NONE, 1),
        (8, False, schema.ActivationFunctionType.RELU, 1),
        (4, False, schema.ActivationFunctionType.RELU, 1),
        (4, True, schema.ActivationFunctionType.NONE, 2),
    ],
)
def test_operators(rng, bits, signed, activation, operators):
    model = unpack(convert(graphs.single(layer(rng, bits, signed))))
    written = model.subgraphs[0].operators
    assert len(written) == operators
    assert written[0].builtinOptions.fusedActivationFunction == activation


def test_the_lower_clamp_is_a_maximum_with_the_lowest_integer(rng):
    model = unpack(convert(graphs.single(layer(rng, 4, signed=True))))
    code = model.operatorCodes[1]
    assert (code.builtinCode, code.version) == (schema.BuiltinOperator.MAXIMUM, 2)
    subgraph = model.subgraphs[0]
    low = subgraph.tensors[subgraph.operators[1].inputs[1]]
    stored = model.buffers[low.buffer].data.view("int8")
    assert stored - low.quantization.zeroPoint == [-8]
