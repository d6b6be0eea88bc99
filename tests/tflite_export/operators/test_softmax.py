import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as schema

from pikelpn_keras.integer import Grid
from pikelpn_keras.integer.nodes import Softmax, Tensor
from pikelpn_keras.integer.nodes.softmax import PROBABILITIES
from tests.tflite_export import graphs
from tflite_export import convert
from tflite_export.flatbuffer import unpack
from tflite_export.runtimes import RUNTIMES

pytestmark = pytest.mark.filterwarnings("ignore:layer 'y' is not proven exact")


def softmax(shape, exponent=-4, bits=8):
    x, y = Tensor("x", shape, Grid(exponent, bits)), Tensor("y", shape, PROBABILITIES)
    return graphs.single(Softmax((x,), y))


@pytest.mark.parametrize("runtime", RUNTIMES)
@pytest.mark.parametrize("exponent", [-8, -5, -2])
@pytest.mark.parametrize("shape", [(10,), (5, 4, 3), (511,)])
def test_deviates_by_at_most_1(rng, shape, exponent, runtime):
    graph = softmax(shape, exponent)
    images = graphs.images(rng, graph.inputs[0], 300)
    images[0] = 0
    assert graphs.largest_difference(graph, runtime, images) <= 1


def test_it_is_not_proven_exact():
    with pytest.warns(UserWarning, match="'y' is not proven exact on keras, xnnpack.*exponentials"):
        convert(softmax((10,)))
    with pytest.raises(ValueError, match="'y' is not proven exact"):
        convert(softmax((10,)), exact="all")


def test_what_would_end_the_process_is_refused():
    with pytest.raises(ValueError, match="'y' has 512 classes.* end the model at its logits"):
        convert(softmax((512,)))


def test_operator():
    model = unpack(convert(softmax((10,))))
    (code,) = model.operatorCodes
    assert (code.builtinCode, code.version) == (schema.BuiltinOperator.SOFTMAX, 2)
    output = model.subgraphs[0].tensors[model.subgraphs[0].outputs[0]].quantization
    assert (output.scale, output.zeroPoint) == (np.float32(1 / 256), -128)
