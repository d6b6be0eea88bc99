import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as schema

from pikelpn_keras.integer import Grid, IntegerGraph
from pikelpn_keras.integer.nodes import Multiply, Tensor
from tests.tflite_export import graphs
from tflite_export import convert
from tflite_export.flatbuffer import unpack


def multiplication(shift, *, bits=8, gate_bits=7, gate_shape=(1, 1, 128)):
    x = Tensor("x", (16, 16, 128), Grid(-4, 8, signed=False))
    gate = Tensor("gate", gate_shape, Grid(-7, gate_bits, signed=False))
    y = Tensor("y", x.shape, Grid(shift - 11, bits, signed=False))
    return IntegerGraph("gated", (x, gate), (Multiply((x, gate), y),), ("y",))


def every_pair():
    """All pairs of 0 .. 255 and 0 .. 127; no product is a tie of a shift by 15."""
    x = np.broadcast_to(np.arange(256).reshape(1, 16, 16, 1), (1, 16, 16, 128))
    return np.array(x, np.int32), np.arange(128, dtype=np.int32).reshape(1, 1, 1, 128)


@pytest.mark.parametrize("bits", [8, 5])
@pytest.mark.parametrize("shift", [0, 1, 2, 4, 7, 8, 10, 14, 15])
def test_exact_for_every_product_on_all_runtimes(shift, bits):
    x, gate = every_pair()
    if 0 < shift < 15:
        assert ((x * gate) % 2**shift == 2 ** (shift - 1)).any()
    graph = multiplication(shift, bits=bits)
    report = graphs.verified(graph, x, gate, exact="all")
    assert report.exact, report


@pytest.mark.parametrize("gate_bits", [2, 6])
def test_exact_with_gates_of_one_shape_and_fewer_bits(rng, gate_bits):
    graph = multiplication(5, gate_bits=gate_bits, gate_shape=(16, 16, 128))
    images = [graphs.images(rng, tensor, 2) for tensor in graph.inputs]
    assert graphs.verified(graph, *images, exact="all").exact


def test_operators():
    model = unpack(convert(multiplication(7)))
    assert [(code.builtinCode, code.version) for code in model.operatorCodes] == [
        (schema.BuiltinOperator.QUANTIZE, 1),
        (schema.BuiltinOperator.MUL, 2),
    ]


SIGNED, UNSIGNED = Grid(-4), Grid(-4, 8, signed=False)
FACTORS = [(SIGNED, UNSIGNED), (UNSIGNED, SIGNED), (SIGNED, SIGNED), (UNSIGNED, UNSIGNED)]


def from_table(x_grid, gate_grid, shift, *, bits=8):
    """A product of every pair of integers: x along the image, the gate along the channels."""
    x, gate = Tensor("x", (16, 16, 256), x_grid), Tensor("gate", (1, 1, 256), gate_grid)
    signed = x_grid.signed or gate_grid.signed
    y = Tensor("y", x.shape, Grid(shift - 8, bits, signed))
    graph = IntegerGraph("gated", (x, gate), (Multiply((x, gate), y),), ("y",))
    rows = np.arange(x_grid.low, x_grid.high + 1, dtype=np.int32).reshape(1, 16, 16, 1)
    columns = np.arange(gate_grid.low, gate_grid.high + 1, dtype=np.int32).reshape(1, 1, 1, 256)
    return graph, np.repeat(rows, 256, axis=-1), columns


@pytest.mark.parametrize("shift", [0, 1, 8, 20])
@pytest.mark.parametrize(("x_grid", "gate_grid"), FACTORS)
def test_a_table_is_exact_for_every_product_on_all_runtimes(x_grid, gate_grid, shift):
    graph, x, gate = from_table(x_grid, gate_grid, shift)
    products = x.astype(np.int64) * gate
    if 0 < shift < 16:
        assert (products % 2**shift == 2 ** (shift - 1)).any()
    low, high = graph.nodes[0].output.grid.low, graph.nodes[0].output.grid.high
    assert np.array_equal(
        graph.run(x, gate), np.clip(np.floor(products / 2**shift + 0.5), low, high)
    )
    report = graphs.verified(graph, x, gate, exact="all")
    assert report.exact, report


@pytest.mark.parametrize("gate_shape", [(6, 5, 4), (1, 5, 1)])
def test_a_table_of_fewer_bits_takes_any_gate_that_broadcasts(rng, gate_shape):
    x = Tensor("x", (6, 5, 4), Grid(-2, 4))
    gate = Tensor("gate", gate_shape, Grid(-3, 3, signed=False))
    node = Multiply((x, gate), Tensor("y", x.shape, Grid(-3, 5)))
    graph = IntegerGraph("gated", (x, gate), (node,), ("y",))
    images = [graphs.images(rng, tensor) for tensor in graph.inputs]
    assert graphs.verified(graph, *images, exact="all").exact


def test_operators_of_a_table():
    graph, _, _ = from_table(SIGNED, UNSIGNED, 8)
    model = unpack(convert(graph))
    names = {getattr(schema.BuiltinOperator, n): n for n in ("CAST", "MUL", "ADD", "GATHER")}
    codes = [model.operatorCodes[o.opcodeIndex].builtinCode for o in model.subgraphs[0].operators]
    assert [names[code] for code in codes] == ["CAST", "MUL", "CAST", "ADD", "ADD", "GATHER"]


def test_far_shifts_are_not_proven():
    with pytest.warns(UserWarning, match="'y' is not proven exact.* the shift may reach 16"):
        convert(multiplication(16))
