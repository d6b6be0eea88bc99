import numpy as np
import pytest

from tests.tflite_export import graphs
from tflite_export import convert
from tflite_export.inspection import expose
from tflite_export.runtimes import RUNTIMES


@pytest.mark.parametrize("runtime", RUNTIMES)
def test_inner_tensors_are_those_of_the_graph(rng, runtime):
    graph = graphs.small_net(rng)
    exposed, names = expose(convert(graph, input_type="uint8"), [n.name for n in graph.nodes])
    assert names == ["stem", "spatial", "mixed", "total", "mean", "classes"]
    images = graphs.images(rng, graph.inputs[0], 2)
    traced = graph.trace(images)
    for name, tensor in zip(names, RUNTIMES[runtime](exposed).run(images), strict=True):
        assert np.array_equal(tensor, traced[name]), name


def test_names_that_the_file_lacks_are_left_out(rng):
    _, names = expose(convert(graphs.small_net(rng)), ["mixed", "unheard", "stem"])
    assert names == ["mixed", "stem"]
