"""Graphs in operators that the Edge TPU takes compute the integers that they computed before."""

import dataclasses

import keras
import numpy as np
import pytest

import pikelpn_keras as pk
from pikelpn_keras.integer import IntegerGraph
from pikelpn_keras.integer.nodes import Conv2D, DepthToSpace, Tensor
from tests.tflite_export import graphs
from tests.tflite_export.operators.test_conv2d_transpose import SHAPES, transposed
from tflite_export import convert, read
from tflite_export.edgetpu.mapping import mapped_whole
from tflite_export.edgetpu.prediction import predict
from tflite_export.metadata import digest_of


def assert_mapped_and_exact(graph, inputs):
    mapped = mapped_whole(graph)
    assert np.array_equal(mapped.run(inputs), graph.run(inputs))
    report = graphs.verified(mapped, inputs, exact="all")
    assert report.exact, report
    found = predict(convert(mapped))
    assert found.all_mapped, str(found)
    assert digest_of(read(convert(mapped))) == digest_of(mapped)
    return mapped


@pytest.fixture(scope="module")
def super_resolution():
    """Its integer graph, with norms that have seen pictures."""
    keras.utils.set_random_seed(3)
    model = pk.models.SuperResolution(input_shape=(8, 6, 3), filters=8, blocks=1)
    pictures = np.random.default_rng(3).integers(0, 256, (8, 8, 6, 3)).astype(np.uint8)
    for _ in range(3):
        model(pictures, training=True)
    return pk.integer_graph(model), pictures


def test_super_resolution(super_resolution):
    graph, pictures = super_resolution
    mapped = assert_mapped_and_exact(graph, pictures)
    assert not any(isinstance(node, DepthToSpace) for node in mapped.nodes)
    assert len(np.unique(graph.run(pictures))) > 16


@pytest.mark.parametrize("block", [2, 3])
def test_channels_to_pixels_with_ties_and_a_scale_for_each_channel(rng, block):
    x = Tensor("x", (5, 4, 3), graphs.UNSIGNED)
    channels = 2 * block**2
    node = graphs.conv2d(rng, x, channels, shift=rng.integers(1, 6, channels))
    images = graphs.images(rng, x)
    node = graphs.with_ties(rng, node, images)
    shape = (5 * block, 4 * block, 2)
    spread = DepthToSpace((node.output,), Tensor("spread", shape, graphs.UNSIGNED), block)
    assert_mapped_and_exact(graphs.chain(node, spread), images)


@pytest.mark.parametrize("shape", SHAPES)
def test_transposed_convolutions(rng, shape):
    node = transposed(rng, *shape)
    assert_mapped_and_exact(graphs.single(node), graphs.images(rng, node.inputs[0]))


def test_a_dense_layer_with_a_scale_for_each_channel(rng):
    x = Tensor("x", (7,), graphs.UNSIGNED)
    images = graphs.images(rng, x, 50)
    graph = graphs.single(graphs.with_ties(rng, graphs.dense(rng, x, 3, shift=[1, 2, 5]), images))
    assert predict(convert(graph)).refused
    assert_mapped_and_exact(graph, images)


def test_what_is_mapped_stays(rng):
    graph = graphs.small_net(rng)
    assert digest_of(mapped_whole(graph)) == digest_of(graph)


def test_a_convolution_that_others_read_stays_whole(rng):
    x = Tensor("x", (2, 2, 3), graphs.UNSIGNED)
    node = graphs.conv2d(rng, x, 4)
    spread = DepthToSpace((node.output,), Tensor("spread", (4, 4, 1), graphs.UNSIGNED), 2)
    graph = IntegerGraph("both", (x,), (node, spread), ("spread", "conv"))
    assert [type(part) for part in mapped_whole(graph).nodes] == [Conv2D, DepthToSpace]
    alone = dataclasses.replace(graph, nodes=(spread,), inputs=(node.output,), outputs=("spread",))
    assert [type(part) for part in mapped_whole(alone).nodes] == [DepthToSpace]
