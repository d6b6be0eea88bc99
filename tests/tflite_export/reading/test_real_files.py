"""MLPerf Tiny's int8 files and a uint8 MobileNet: 0 differing integers in any tensor."""

import numpy as np
import pytest

from pikelpn_keras.integer.kernels.families import FAMILIES
from tests.tflite_export.reading.plain_files import inputs_of
from tflite_export import read
from tflite_export.inspection import expose
from tflite_export.runtimes import RUNTIMES

FILES = {
    "models/pretrainedResnet_quant.tflite": 16,
    "models/kws_ref_model.tflite": 48,
    "models/mobilenet_v1_0.25_224_quant.tflite": 2,
}


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("name", FILES)
def test_every_tensor(real_data, rng, name, family):
    path = real_data(name)
    graph = read(path, kernels=family)
    (images,) = inputs_of(rng, graph, FILES[name])
    exposed, names = expose(path.read_bytes(), [node.name for node in graph.nodes])
    assert len(names) == len(graph.nodes)
    runtime = RUNTIMES[family](exposed)
    # Image by image: one of the files fixes its batch.
    for image in images[:, None]:
        traced = graph.trace(image.astype(np.int32))
        for tensor, computed in zip(names, runtime.run(image), strict=True):
            assert np.array_equal(computed, traced[tensor]), tensor


@pytest.mark.parametrize("name", FILES)
def test_the_families_differ(real_data, rng, name):
    """So a graph of the wrong family would be found out."""
    graphs = [read(real_data(name), kernels=family) for family in FAMILIES]
    (images,) = inputs_of(rng, graphs[0], FILES[name])
    traces = [graph.trace(images[:24].astype(np.int32)) for graph in graphs]
    for other in traces[1:]:
        differing = [name for name, array in traces[0].items() if (array != other[name]).any()]
        assert differing
