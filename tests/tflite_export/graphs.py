"""Small integer graphs, made by hand, whose accumulators hit ties."""

import dataclasses

import numpy as np

from pikelpn_keras.integer import Grid, IntegerGraph, ScaleCodes, WeightRecord
from pikelpn_keras.integer.nodes import (
    Add,
    Conv2D,
    Dense,
    DepthwiseConv2D,
    GlobalAveragePool,
    Tensor,
    Window,
)
from tflite_export import convert, verify
from tflite_export.runtimes import RUNTIMES

UNSIGNED = Grid(-6, 8, signed=False)
SIGNED = Grid(-5, 8, signed=True)
PIXELS = Grid(-8, 8, signed=False)


def record(limit=7):
    bits = int(limit).bit_length() + 1
    return WeightRecord("UniformQuantizer", {"bits": bits}, bits, ScaleCodes(-3, [0], 4))


def window(size=(3, 3), strides=(1, 1), dilation=(1, 1), padding="same"):
    return Window(size, strides, dilation, padding)


def kernel(rng, shape, limit):
    """Random weights that reach `limit` in magnitude."""
    weights = rng.integers(-limit, limit + 1, shape)
    weights.flat[0] = limit
    return weights


def _fields(channels, shift, limit):
    shift = np.broadcast_to(shift, channels)
    zeros = np.zeros(channels, np.int32)
    return {
        "bias": zeros,
        "multiplier": zeros + 1,
        "shift": shift,
        "weights": record(limit),
        "norm": None,
    }


def conv2d(rng, x, channels, *, win=None, limit=7, shift=4, grid=UNSIGNED, name="conv"):
    win = win or window()
    return Conv2D(
        (x,),
        Tensor(name, (*win.output_size(x.shape[:2]), channels), grid),
        kernel=kernel(rng, (*win.size, x.shape[-1], channels), limit),
        window=win,
        **_fields(channels, shift, limit),
    )


def depthwise(rng, x, *, multiplier=1, win=None, limit=7, shift=4, grid=UNSIGNED, name="depthwise"):
    win = win or window()
    channels = x.shape[-1] * multiplier
    return DepthwiseConv2D(
        (x,),
        Tensor(name, (*win.output_size(x.shape[:2]), channels), grid),
        kernel=kernel(rng, (*win.size, channels), limit),
        window=win,
        **_fields(channels, shift, limit),
    )


def dense(rng, x, units, *, limit=7, shift=4, grid=UNSIGNED, name="dense"):
    return Dense(
        (x,),
        Tensor(name, (units,), grid),
        kernel=kernel(rng, (x.shape[-1], units), limit),
        **_fields(units, shift, limit),
    )


def images(rng, tensor, count=4):
    """Random grid integers of a tensor, its extremes among them."""
    array = rng.integers(tensor.grid.low, tensor.grid.high + 1, (count, *tensor.shape))
    array.flat[0], array.flat[-1] = tensor.grid.low, tensor.grid.high
    return array.astype(np.int32)


def accumulators(node, inputs):
    """int64 accumulators of a fused layer, bias included."""
    return node.accumulate(inputs.astype(np.float64), np.float64).astype(np.int64) + node.bias


def ties(node, inputs):
    """Accumulators that lie exactly between two outputs: their half bit alone is set."""
    shift = np.maximum(node.shift.astype(np.int64), 0)
    remainder = accumulators(node, inputs) & ((1 << shift) - 1)
    return int(((remainder == 1 << np.maximum(shift - 1, 0)) & (shift > 0)).sum())


def with_ties(rng, node, inputs):
    """The node with biases by which each channel has a tie inside the output range."""
    sums = accumulators(node, inputs).reshape(-1, len(node.bias))
    picked = sums[rng.integers(len(sums), size=len(node.bias)), np.arange(len(node.bias))]
    shift = np.maximum(node.shift.astype(np.int64), 1)
    grid = node.output.grid
    target = rng.integers(grid.low, grid.high, len(node.bias))
    bias = (target << shift) + (1 << (shift - 1)) - picked
    return dataclasses.replace(node, bias=node.bias + bias)


def single(node):
    """A graph of one node."""
    return IntegerGraph("single", node.inputs, (node,), (node.name,))


def chain(*nodes):
    """A graph of nodes in a row; the last is the output."""
    return IntegerGraph("chain", nodes[0].inputs, nodes, (nodes[-1].name,))


def small_net(rng, *, limit=7):
    """A net with every kind of node: stem, separable block with a residual, pool, classifier."""
    pixels = Tensor("pixels", (8, 8, 3), PIXELS)
    stem = conv2d(rng, pixels, 8, limit=63, shift=8, name="stem")
    spatial = depthwise(rng, stem.output, limit=limit, name="spatial")
    mixed = conv2d(
        rng,
        spatial.output,
        8,
        win=window((1, 1)),
        limit=limit,
        shift=5,
        grid=UNSIGNED,
        name="mixed",
    )
    total = Add((stem.output, mixed.output), Tensor("total", mixed.output.shape, UNSIGNED))
    mean = GlobalAveragePool((total.output,), Tensor("mean", (8,), UNSIGNED))
    classes = dense(rng, mean.output, 10, limit=63, shift=6, grid=SIGNED, name="classes")
    nodes = (stem, spatial, mixed, total, mean, classes)
    return IntegerGraph("small", (pixels,), nodes, ("classes",))


def verified(graph, *inputs, **options):
    """Converts, runs on every runtime and returns the report; no runtime may be missing."""
    report = verify(graph, convert(graph, **options), inputs, runtimes=tuple(RUNTIMES))
    assert set(report.mismatches) == set(RUNTIMES), report
    return report


def largest_difference(graph, runtime, inputs):
    """Largest absolute difference of a runtime's output integers from the graph's."""
    (computed,) = RUNTIMES[runtime](convert(graph)).run(inputs)
    return int(np.abs(computed - graph.run(inputs)).max())
