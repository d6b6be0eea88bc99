import numpy as np
import pytest

from tests.tflite_export import graphs
from tflite_export import convert
from tflite_export.runtimes import RUNTIMES, RuntimeUnavailable
from tflite_export.runtimes.litert import BATCH

NAMES = ("xnnpack", "xnnpack-2-threads", "builtin", "reference")


@pytest.mark.parametrize("name", NAMES)
def test_batches_give_what_single_images_give(rng, name):
    graph = graphs.small_net(rng)
    tflite, images = convert(graph), graphs.images(rng, graph.inputs[0], BATCH + 3)
    (batched,) = RUNTIMES[name](tflite).run(images)
    runtime = RUNTIMES[name](tflite)
    single = [runtime.run(image[None])[0] for image in images]
    assert np.array_equal(batched, np.concatenate(single))
    assert np.array_equal(batched, graph.run(images))


@pytest.mark.filterwarnings("ignore:layer")
def test_the_default_kernels_are_xnnpacks(rng):
    """Class C behind an unsigned output is exact on XNNPACK alone."""
    node = graphs.depthwise(rng, graphs.small_net(rng).inputs[0], limit=127, shift=4)
    images = graphs.images(rng, node.inputs[0], 20)
    graph = graphs.single(graphs.with_ties(rng, node, images))
    differing = {
        name: int((RUNTIMES[name](convert(graph)).run(images)[0] != graph.run(images)).sum())
        for name in NAMES
    }
    assert differing["xnnpack"] == differing["xnnpack-2-threads"] == 0
    assert differing["builtin"] > 0
    assert differing["reference"] > 0


@pytest.mark.filterwarnings("ignore:layer")
def test_files_without_a_kernel_are_unavailable(rng):
    node = graphs.depthwise(rng, graphs.small_net(rng).inputs[0])
    with pytest.raises(RuntimeUnavailable, match="LiteRT does not load the file"):
        RUNTIMES["reference"](convert(graphs.single(node), weight_storage="int4"))
