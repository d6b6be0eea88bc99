import dataclasses

import numpy as np
import pytest

from pikelpn_keras.integer import Grid
from pikelpn_keras.integer.nodes import Tensor
from tests.tflite_export import graphs
from tflite_export import convert, verify
from tflite_export.encoding import encode
from tflite_export.proof import DEVICES, FAMILIES, FIXED_POINT
from tflite_export.storage import INT4, INT8

X = Tensor("x", (8,), graphs.PIXELS)


def proof(rng, *, storage=INT8, reach=None, multiplier=1, **options):
    """The proof of a layer of one unit whose accumulators may reach `reach`."""
    node = graphs.dense(rng, X, 1, **options)
    if reach is not None:
        node = dataclasses.replace(node, bias=[reach - int(node.reach[0])])
    return encode(dataclasses.replace(node, multiplier=[multiplier]), storage).proof


@pytest.mark.parametrize("limit", [7, 63])
@pytest.mark.parametrize("grid", [graphs.UNSIGNED, graphs.SIGNED])
def test_classes_a_and_b_are_exact_everywhere(rng, limit, grid):
    assert proof(rng, limit=limit, grid=grid).exact == FAMILIES


def test_class_c_is_exact_on_xnnpack_behind_unsigned_outputs(rng):
    assert proof(rng, limit=127, grid=graphs.UNSIGNED).exact == ("keras", "xnnpack")
    assert proof(rng, limit=127, grid=graphs.SIGNED).exact == ("keras",)


def test_mantissas_are_as_class_c(rng):
    assert proof(rng, multiplier=3, grid=graphs.UNSIGNED).exact == ("keras", "xnnpack")
    refused = proof(rng, multiplier=3, grid=graphs.SIGNED)
    assert refused.exact == ("keras",)
    assert "mantissas" in refused.failures[0].reason


def test_a_layer_without_room_names_the_remedy(rng):
    assert "abs(weight) <= 63" in proof(rng, limit=127).failures[0].remedy
    remedy = proof(rng, limit=7, storage=INT4).failures[0].remedy
    assert "abs(weight) <= 3" in remedy
    assert "weight_storage='int8'" in remedy


@pytest.mark.parametrize(
    ("limit", "shift", "largest", "loses"),
    [
        # Class A, 4 * reach + 2 < 2**25 in float32; fixed point goes on to int32.
        (7, 20, 2**23 - 1, ("xnnpack",)),
        # Class B, 2 * reach + 1 < 2**23.
        (63, 20, 2**22 - 1, DEVICES),
        # Class C, on XNNPACK.
        (127, 20, 2**22, ("xnnpack",)),
    ],
)
def test_bounds_of_large_shifts(rng, limit, shift, largest, loses):
    inside = proof(rng, limit=limit, shift=shift, reach=largest)
    outside = proof(rng, limit=limit, shift=shift, reach=largest + 1)
    assert set(inside.exact) - set(outside.exact) == set(loses)
    assert "may reach" in outside.failures[-1].reason


def test_accumulators_that_saturate_need_no_bound(rng):
    # At a shift of 14 an int8 output saturates from 2**21 on, at 16 from 2**23.
    saturating = proof(rng, limit=63, shift=14, reach=2**23, grid=graphs.SIGNED)
    assert set(DEVICES) <= set(saturating.exact)
    deciding = proof(rng, limit=63, shift=16, reach=2**23, grid=graphs.SIGNED)
    assert not set(DEVICES) & set(deciding.exact)


def test_int32_bounds_every_device(rng):
    assert proof(rng, limit=7, shift=3, reach=2**29 - 1).exact == DEVICES
    assert proof(rng, limit=7, shift=3, reach=2**29).exact == ()


def test_left_shifts_must_not_leave_int32(rng):
    assert set(FIXED_POINT) <= set(proof(rng, shift=-3, reach=2**27 - 1).exact)
    assert proof(rng, shift=-3, reach=2**27).exact == ("xnnpack",)


@pytest.mark.parametrize(
    ("shift", "largest"), [(0, 2**24), (3, 2**24), (18, 2**24 - 2**17), (24, 2**23), (25, 2**23)]
)
def test_bound_of_the_float32_graph(rng, shift, largest):
    grid = Grid(-6, 8, signed=False)
    assert "keras" in proof(rng, shift=shift, reach=largest, grid=grid).exact
    assert "keras" not in proof(rng, shift=shift, reach=largest + 1, grid=grid).exact


def large_layer(rng, inputs, limit, shift):
    """A layer whose accumulators come close to its bound, ties among them, and its inputs."""
    x = Tensor("x", (inputs,), graphs.PIXELS)
    node = graphs.dense(rng, x, 48, limit=limit, shift=shift, grid=graphs.SIGNED)
    kernel = np.where(rng.random((inputs, 48)) < rng.random(48), limit, -limit)
    images = rng.integers(0, 256, (32, inputs))
    images[:8] = 255
    node = dataclasses.replace(node, kernel=kernel)
    sums = graphs.accumulators(node, images)[rng.integers(0, 32, 48), np.arange(48)]
    bias = (2 ** (shift - 1) - sums) % 2**shift + rng.integers(-1, 2, 48)
    return dataclasses.replace(node, bias=bias), images


@pytest.mark.parametrize("shift", [12, 14, 18, 22])
@pytest.mark.parametrize(("inputs", "limit"), [(1000, 31), (3000, 31), (300, 63), (2000, 63)])
@pytest.mark.filterwarnings("ignore:layer")
def test_runtimes_keep_what_is_proven(rng, inputs, limit, shift):
    node, images = large_layer(rng, inputs, limit, shift)
    exact = encode(node, INT8).proof.exact
    mismatches = graphs.verified(graphs.single(node), images).mismatches
    assert not any(mismatches[runtime] for runtime in DEVICES if runtime in exact)


@pytest.mark.filterwarnings("ignore:layer")
def test_beyond_its_bound_xnnpack_differs(rng):
    node, images = large_layer(rng, inputs=3000, limit=31, shift=18)
    graph = graphs.single(node)
    assert "xnnpack" not in encode(node, INT8).proof.exact
    assert verify(graph, convert(graph), images, runtimes=("xnnpack",)).mismatches["xnnpack"] > 0
