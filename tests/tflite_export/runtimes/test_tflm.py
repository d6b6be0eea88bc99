import sys

import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as schema

from pikelpn_keras.integer.nodes import Tensor
from tests.tflite_export import graphs
from tflite_export import convert
from tflite_export.flatbuffer import pack, unpack
from tflite_export.runtimes import RuntimeUnavailable
from tflite_export.runtimes.tflm import TFLM


def test_computes_image_by_image(rng):
    graph = graphs.small_net(rng)
    images = graphs.images(rng, graph.inputs[0], 5)
    assert np.array_equal(TFLM(convert(graph)).run(images)[0], graph.run(images))


def test_the_arena_holds_large_tensors(rng):
    x = Tensor("x", (128, 128, 8), graphs.PIXELS)
    nodes = [graphs.conv2d(rng, x, 32, name="first")]
    nodes.append(graphs.conv2d(rng, nodes[0].output, 32, name="second"))
    graph = graphs.chain(*nodes)
    images = graphs.images(rng, x, 1)
    assert np.array_equal(TFLM(convert(graph)).run(images)[0], graph.run(images))


def test_absent_package_is_named(rng, monkeypatch):
    monkeypatch.setitem(sys.modules, "tflite_micro", None)
    with pytest.raises(RuntimeUnavailable, match="tflite_micro is not installed"):
        TFLM(convert(graphs.small_net(rng)))


def test_files_that_it_does_not_load_are_unavailable(rng):
    model = unpack(convert(graphs.small_net(rng)))
    code = model.operatorCodes[0]
    code.builtinCode = code.deprecatedBuiltinCode = schema.BuiltinOperator.LSH_PROJECTION
    with pytest.raises(RuntimeUnavailable, match="TFLM does not load the file"):
        TFLM(pack(model))
