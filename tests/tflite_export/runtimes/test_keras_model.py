import numpy as np
import pytest

from pikelpn_keras.integer import Grid, IntegerGraph
from pikelpn_keras.integer.nodes import Add, Tensor
from tflite_export.runtimes.keras_model import KerasModel

A, B = (Tensor(name, (2,), Grid(-3)) for name in "ab")
SUM = Add((A, B), Tensor("sum", (2,), Grid(-3)))


class Model:
    """Remembers what it is given and predicts what it is told."""

    def __init__(self, values):
        self.values = values

    def predict(self, inputs, verbose):
        self.inputs = inputs
        return self.values


def run(values, *inputs, outputs=("sum",)):
    model = Model(values)
    graph = IntegerGraph("add", (A, B), (SUM,), outputs)
    return model, KerasModel(model, graph).run(*inputs)


def test_values_become_integers_of_the_grid():
    _, (integers,) = run(np.array([[0.125, -1.0]], np.float32), np.zeros((1, 2)))
    assert np.array_equal(integers, [[1, -8]])


@pytest.mark.parametrize("container", [list, tuple])
def test_several_outputs(container):
    values = container([np.ones((1, 2), np.float32), np.zeros((1, 2), np.float32)])
    _, integers = run(values, np.zeros((1, 2)), outputs=("sum", "a"))
    assert [array.tolist() for array in integers] == [[[8, 8]], [[0, 0]]]


def test_inputs_go_in_as_they_are():
    pixels = np.zeros((1, 2), np.uint8)
    model, _ = run(np.zeros((1, 2), np.float32), pixels)
    assert model.inputs is pixels
    model, _ = run(np.zeros((1, 2), np.float32), pixels, pixels)
    assert isinstance(model.inputs, list)
