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


def test_gates_of_8_bits_are_refused():
    with pytest.raises(ValueError, match="multiply 'y' has a gate of 8 bits.* use a gate of 7"):
        convert(multiplication(7, gate_bits=8))


def test_far_shifts_are_not_proven():
    with pytest.warns(UserWarning, match="'y' is not proven exact.* the shift may reach 16"):
        convert(multiplication(16))
