import subprocess
import sys

import numpy as np
import pytest

from pikelpn_keras.integer import Grid, IntegerGraph
from pikelpn_keras.integer.nodes import Add, Tensor

X = Tensor("x", (3,), Grid(-2))
DOUBLE = Add((X, X), Tensor("double", (3,), Grid(-2)))


def test_runs_in_batches():
    graph = IntegerGraph("g", (X,), (DOUBLE,), ("double",))
    inputs = np.arange(-30, 30).reshape(20, 3)
    assert np.array_equal(graph.run(inputs, batch_size=7), 2 * inputs)
    assert np.array_equal(graph.run(inputs / 4.0), 2 * inputs)


def test_several_outputs_come_as_a_tuple():
    quadruple = Add((DOUBLE.output, DOUBLE.output), Tensor("quadruple", (3,), Grid(-2)))
    graph = IntegerGraph("g", (X,), (DOUBLE, quadruple), ("double", "quadruple"))
    two, four = graph.run(np.ones((1, 3), int))
    assert two.tolist() == [[2, 2, 2]] and four.tolist() == [[4, 4, 4]]
    assert list(graph.trace(np.ones((1, 3), np.int32))) == ["x", "double", "quadruple"]


def test_an_input_may_be_an_output():
    graph = IntegerGraph("g", (X,), (), ("x",))
    assert graph.run(np.ones((2, 3), int)).tolist() == [[1, 1, 1]] * 2


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("g", (), (DOUBLE,), ("double",)), "node 'double' reads unknown tensor 'x'"),
        (("g", (X,), (DOUBLE, DOUBLE), ("double",)), "two tensors named 'double'"),
        (("g", (X, X), (), ("x",)), "two inputs of one name"),
        (("g", (X,), (), ("y",)), "no tensor for its output 'y'"),
    ],
)
def test_refuses_broken_graphs(arguments, message):
    with pytest.raises(ValueError, match=message):
        IntegerGraph(*arguments)


@pytest.mark.parametrize(
    ("inputs", "message"),
    [
        ([np.zeros((1, 4))], r"input 'x' has shape \(1, 4\); \(batch, 3\) is needed"),
        ([np.zeros((1, 3))] * 2, "takes 1 inputs, not 2"),
        ([np.full((1, 3), 200)], "do not fit the input grid -128 .. 127"),
    ],
)
def test_refuses_wrong_inputs(inputs, message):
    with pytest.raises(ValueError, match=message):
        IntegerGraph("g", (X,), (DOUBLE,), ("double",)).run(*inputs)


def test_needs_neither_keras_nor_tensorflow():
    code = (
        "import sys, pikelpn_keras as pk, tflite_export; pk.IntegerGraph; tflite_export.convert; "
        "sys.exit(any(name in sys.modules for name in ('keras', 'tensorflow', 'larq')))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
