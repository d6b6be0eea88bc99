import dataclasses
import math

import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as schema

from pikelpn_keras.integer import Grid
from pikelpn_keras.integer.nodes import GlobalAveragePool, Tensor
from tests.tflite_export import graphs
from tflite_export import convert
from tflite_export.flatbuffer import unpack
from tflite_export.operator_list import operator_list
from tflite_export.operators.global_average_pool import average_of, kernel_shape

CHANNELS = 32
DEPTHWISE = schema.BuiltinOperator.DEPTHWISE_CONV_2D, 3
CONVOLUTION = schema.BuiltinOperator.CONV_2D, 3
RESHAPE = schema.BuiltinOperator.RESHAPE, 1
ALL_WINDOWS = [(height, width) for height in range(1, 15) for width in range(1, 15)]
WINDOWS = [
    (1, 1),
    (1, 2),
    (3, 3),
    (3, 5),
    (4, 4),
    (5, 7),
    (6, 6),
    (7, 7),
    (8, 8),
    (13, 14),
    (14, 14),
]


def pool(window, up=0, bits=8, signed=False, keep=False):
    x = Tensor("x", (*window, CHANNELS), Grid(-4, bits, signed))
    shape = (1, 1, CHANNELS) if keep else (CHANNELS,)
    return GlobalAveragePool((x,), Tensor("mean", shape, Grid(-4 - up, 8, signed)))


def sums_to_try(rng, node):
    """Sums that the images of a pool can have: all at and beside ties, and others."""
    grid, count = node.inputs[0].grid, node.count
    ties = ((2 * np.arange(-128, 256) + 1) * count // 2) >> node.up
    drawn = rng.integers(grid.low * count, grid.high * count + 1, 200)
    sums = np.concatenate([ties - 1, ties, ties + 1, drawn, [grid.low * count, grid.high * count]])
    return np.unique(np.clip(sums, grid.low * count, grid.high * count))


def images_of_sums(sums, node):
    """Images `(batch, height, width, CHANNELS)` whose channels have the given sums, in order."""
    height, width = node.inputs[0].shape[:2]
    sums = np.resize(sums, -(-len(sums) // CHANNELS) * CHANNELS)
    each, more = np.divmod(sums, node.count)
    flat = each[:, None] + (np.arange(node.count) < more[:, None])
    return flat.reshape(-1, CHANNELS, height, width).transpose(0, 2, 3, 1)


def ties(images, node):
    doubled = 2 * (images.sum(axis=(1, 2)) << node.up)
    return int((doubled % (2 * node.count) == node.count).sum())


def assert_exact(node, sums):
    images = images_of_sums(sums, node)
    possible = average_of(node).denominator % 2 == 0
    assert (ties(images, node) > 0) == possible
    report = graphs.verified(graphs.single(node), images, exact="all")
    assert report.exact, report


@pytest.mark.parametrize("up", [0, 2])
@pytest.mark.parametrize("window", WINDOWS)
def test_exact_on_all_runtimes(rng, window, up):
    node = pool(window, up, bits=8 - up)
    assert_exact(node, sums_to_try(rng, node))


@pytest.mark.parametrize("window", [(3, 5), (6, 6), (7, 7)])
def test_exact_on_signed_grids(rng, window):
    node = pool(window, signed=True)
    assert_exact(node, sums_to_try(rng, node))


def test_exact_on_narrow_signed_outputs(rng):
    node = pool((6, 6), signed=True)
    mean = dataclasses.replace(node.output, grid=Grid(-4, 5))
    assert_exact(dataclasses.replace(node, output=mean), sums_to_try(rng, node))


@pytest.mark.parametrize("up", [1, 3, 4, 5])
@pytest.mark.parametrize("window", [(3, 5), (7, 7)])
def test_refined_grids_are_exact_for_every_sum(window, up):
    node = pool(window, up, bits=8 - up)
    assert_exact(node, np.arange(node.count * node.inputs[0].grid.high + 1))


@pytest.mark.slow
@pytest.mark.parametrize("window", ALL_WINDOWS)
def test_exact_for_every_sum(window):
    node = pool(window)
    assert_exact(node, np.arange(node.count * 255 + 1))


def test_beyond_the_proven_refinement_it_says_so():
    with pytest.warns(UserWarning, match="'mean' is not proven exact on builtin.*refinement"):
        convert(graphs.single(pool((7, 7), up=6, bits=2)))


def test_large_images_are_not_proven():
    with pytest.warns(UserWarning, match="reduced count of positions may reach 4225"):
        convert(graphs.single(pool((65, 65))))


@pytest.mark.parametrize(
    ("window", "up", "weight", "bias"),
    [
        ((4, 4), 0, 4, 2),
        ((6, 6), 0, 4, 2),
        ((7, 7), 0, 4, 0),
        ((7, 7), 2, 16, 0),
        ((4, 4), 4, 4, 0),
    ],
)
def test_constants(window, up, weight, bias):
    average = average_of(pool(window, up))
    assert (average.weight, average.bias) == (weight, bias)


def operators_of(node):
    model = unpack(convert(graphs.single(node)))
    codes = model.operatorCodes
    return [
        (codes[o.opcodeIndex].builtinCode, codes[o.opcodeIndex].version)
        for o in model.subgraphs[0].operators
    ]


def test_operators_of_a_vector():
    assert operators_of(pool((5, 5))) == [DEPTHWISE, RESHAPE]
    assert operators_of(pool((2, 13))) == [RESHAPE, CONVOLUTION, RESHAPE]
    reshape = unpack(convert(graphs.single(pool((7, 7))))).subgraphs[0].operators[-1]
    assert list(reshape.builtinOptions.newShape) == [-1, CHANNELS]


@pytest.mark.parametrize(
    ("window", "operators"), [((5, 5), [DEPTHWISE]), ((6, 6), [RESHAPE, CONVOLUTION, RESHAPE])]
)
def test_an_image_of_one_pixel(rng, window, operators):
    node = pool(window, keep=True)
    assert operators_of(node) == operators
    assert_exact(node, sums_to_try(rng, node))


@pytest.mark.parametrize("channels", [1, 6, 8, 33, 40, 128])
def test_every_channel_is_averaged_by_itself(rng, channels):
    x = Tensor("x", (8, 8, channels), Grid(-4, 8, signed=False))
    node = GlobalAveragePool((x,), Tensor("mean", (channels,), x.grid))
    images = graphs.images(rng, x, count=24) // rng.integers(1, 5, channels)
    assert ties(images, node)
    assert graphs.verified(graphs.single(node), images, exact="all").exact


@pytest.mark.parametrize("channels", [1, 6, 8, 33, 40, 128])
@pytest.mark.parametrize("window", [(5, 5), (6, 6)])
def test_a_kernel_is_no_larger_than_a_depthwise_one(channels, window):
    assert math.prod(kernel_shape((*window, channels))) <= math.prod(window) * channels


def test_the_kernel_of_a_large_image_is_that_of_a_group():
    x = Tensor("x", (8, 8, 256), Grid(-4, 8, signed=False))
    tensors = operator_list(
        convert(graphs.single(GlobalAveragePool((x,), Tensor("mean", (256,), x.grid))))
    )
    (kernel,) = (t for t in tensors.subgraphs[0].tensors if t.name == "mean:kernel")
    assert kernel.data.nbytes == 4096


@pytest.mark.parametrize("shape", [(4, 8), (0, 4, 8)])
def test_refuses_what_is_no_image(shape):
    x = Tensor("x", shape, graphs.UNSIGNED)
    node = GlobalAveragePool((x,), Tensor("mean", (8,), graphs.UNSIGNED))
    with pytest.raises(ValueError, match="pool 'mean' reads a tensor of shape"):
        convert(graphs.single(node))
