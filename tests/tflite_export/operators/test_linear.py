import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pikelpn_keras.integer import Grid
from pikelpn_keras.integer.nodes import Tensor, Window
from tests.tflite_export import graphs
from tflite_export.operators import linear
from tflite_export.storage import INT4, INT8

SIDE = 8
MAKERS = ("conv2d", "depthwise", "dense")


@st.composite
def grids(draw):
    signed = draw(st.booleans())
    return Grid(draw(st.integers(-9, 3)), draw(st.integers(2, 8)), signed)


@st.composite
def windows(draw):
    padding = draw(st.sampled_from(["same", "valid"]))
    size = (draw(st.integers(1, 7)), draw(st.integers(1, 7)))
    stride = draw(st.integers(1, 2))
    if stride == 1 and max(size) <= 3:
        return Window(size, (1, 1), (draw(st.integers(1, 3)), draw(st.integers(1, 3))), padding)
    return Window(size, (stride, stride), (1, 1), padding)


@st.composite
def layers(draw):
    """A fused layer in class A or B and inputs of which some meet ties."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    maker, grid = draw(st.sampled_from(MAKERS)), draw(grids())
    options = {"limit": draw(st.integers(1, 63)), "grid": draw(grids())}
    channels = draw(st.integers(1, 9))
    if maker == "dense":
        x, arguments = Tensor("x", (draw(st.integers(1, 40)),), grid), (channels,)
    else:
        x = Tensor("x", (SIDE, SIDE, draw(st.integers(1, 5))), grid)
        options["win"] = draw(windows())
        arguments = (channels,) if maker == "conv2d" else ()
    if maker == "depthwise":
        options["multiplier"] = draw(st.integers(1, 3))
        channels = x.shape[-1] * options["multiplier"]
    shift = rng.integers(-2, 13, channels)
    shift[0] = abs(shift[0]) + 1
    node = getattr(graphs, maker)(rng, x, *arguments, shift=shift, **options)
    inputs = graphs.images(rng, x, 5)
    return graphs.with_ties(rng, node, inputs), inputs


def assert_exact(layer):
    node, inputs = layer
    assert graphs.ties(node, inputs) >= (node.shift > 0).sum()
    report = graphs.verified(graphs.single(node), inputs, exact="all")
    assert report.exact, report


@settings(max_examples=60, deadline=None, derandomize=True)
@given(layers())
def test_classes_a_and_b_are_exact_on_all_runtimes(layer):
    assert_exact(layer)


@pytest.mark.slow
@settings(max_examples=3000, deadline=None)
@given(layers())
def test_many_layers_of_classes_a_and_b(layer):
    assert_exact(layer)


@pytest.mark.parametrize(
    ("asked", "limit", "multiplier", "stored"),
    [
        ("int8", 7, 1, INT8),
        ("int4", 7, 1, INT4),
        ("int4", 8, 1, INT8),
        # Class M is exact on XNNPACK alone, and XNNPACK computes few int4 operators.
        ("int4", 7, 3, INT8),
    ],
)
def test_int4_is_for_small_weights_without_mantissas(rng, asked, limit, multiplier, stored):
    node = graphs.dense(rng, Tensor("x", (5,), graphs.PIXELS), 2, limit=limit)
    node = dataclasses.replace(node, multiplier=[1, multiplier])
    assert linear.storage_for(node, asked) is stored
