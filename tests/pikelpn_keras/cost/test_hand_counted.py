"""A net small enough to count by hand: every expected number is derived in a comment."""

import dataclasses

import numpy as np
import pytest

from pikelpn_keras.cost import (
    ACE_V2,
    COST_MODELS,
    NumberFormat,
    Storage,
    ace,
    ace_v2,
    report,
    workload,
)
from pikelpn_keras.integer import Grid, IntegerGraph, NormRecord, ScaleCodes, WeightRecord
from pikelpn_keras.integer.nodes import Add, Conv2D, Dense, MaxPool2D, Reshape, Tensor, Window

PIXELS = Grid(-8, 8, signed=False)
UNSIGNED = Grid(-4, 8, signed=False)
SIGNED = Grid(-4, 8)
WINDOW = Window((2, 2), (2, 2), (1, 1), "valid")


def net():
    image = Tensor("image", (4, 4, 1), PIXELS)
    conv = Conv2D(
        (image,),
        Tensor("conv", (2, 2, 2), UNSIGNED),
        # Channel 0 is 3, 0, -5, 7 and channel 1 is 1, -2, 0, 6.
        kernel=np.array([3, 1, 0, -2, -5, 0, 7, 6]).reshape(2, 2, 1, 2),
        bias=[10, -20],
        multiplier=[1, 1],
        shift=[6, 0],
        weights=WeightRecord("UniformQuantizer", {}, 4, ScaleCodes(-3, [0, 1], 4)),
        norm=NormRecord(ScaleCodes(-2, [0, 1], 4), [1, 1], 1, [1, 1]),
        window=WINDOW,
    )
    pool = MaxPool2D((conv.output,), Tensor("pool", (1, 1, 2), UNSIGNED), WINDOW)
    flat = Reshape((pool.output,), Tensor("flat", (2,), UNSIGNED))
    dense = Dense(
        (flat.output,),
        Tensor("dense", (3,), SIGNED),
        kernel=[[1, 0, -4], [2, -1, 8]],
        bias=[0, 0, 0],
        multiplier=[1, 1, 1],
        shift=[2, 2, 2],
        weights=WeightRecord("PowerOfTwoQuantizer", {}, 4, ScaleCodes(-3, [0], 4)),
        norm=None,
    )
    double = Add((dense.output, dense.output), Tensor("double", (3,), SIGNED))
    return IntegerGraph("by_hand", (image,), (conv, pool, flat, dense, double), ("double",))


def operations_of(layer):
    found = {}
    for entry in layer.work.operations:
        key = (entry.part, entry.kind, *(operand.bits for operand in entry.operands))
        found[key] = found.get(key, 0) + entry.count
    return found


@pytest.fixture(scope="module")
def layers():
    return {layer.name: layer for layer in workload(net()).layers}


def test_convolution(layers):
    # Sums reach (3 + 5 + 7) * 255 + 10 = 3835 in channel 0, (1 + 2 + 6) * 255 + 20 = 2315 in
    # channel 1. 3835 has 12 bits, with the sign 13.
    assert operations_of(layers["conv"]) == {
        # 6 weights are not 0, and each is used at 4 positions. 3, 5, 6, 7 need a multiplier.
        ("mac", "mac", 8, 4, 13): 24,
        # A norm's offset for each of 8 outputs; 20 has 5 bits, with the sign 6.
        ("norm", "add", 13, 6): 8,
        # Channel 1 is not shifted. The largest shift, 6, has 3 bits.
        ("scale", "shift", 13, 3): 4,
        # Channel 1 keeps its 2315, 13 bits with the sign: below 0 and above 255 are possible.
        ("activation", "compare", 13, 8): 8,
        ("scale", "compare", 13, 8): 8,
    }


def test_pool_and_movement(layers):
    # Largest of 4 numbers, for 2 channels.
    assert operations_of(layers["pool"]) == {("pooling", "compare", 8, 8): 6}
    assert operations_of(layers["flat"]) == {}


def test_dense(layers):
    # Sums reach (1 + 2) * 255, 255 and (4 + 8) * 255 = 3060, 12 bits, with the sign 13.
    assert operations_of(layers["dense"]) == {
        # -4, 2 and 8 shift, by at most 3, which has 2 bits.
        ("mac", "shift", 8, 2): 3,
        # And with 1 and -1 five numbers are summed up; the sixth weight is 0.
        ("mac", "accumulate", 8, 13): 5,
        # Without norm and bias there is still the half of the rounding; a bias of 0 has 1 bit.
        ("scale", "add", 13, 1): 3,
        ("scale", "shift", 13, 2): 3,
        # (3060 + 2) // 4 = 765 has 10 bits, with the sign 11; both ends of -128 .. 127.
        ("scale", "compare", 11, 8): 6,
    }


def test_add(layers):
    # -128 - 128 = -256 has 9 bits, with the sign 10; both ends can be passed.
    assert operations_of(layers["double"]) == {
        ("residual", "add", 8, 8): 3,
        ("scale", "compare", 10, 8): 6,
    }


def test_ace():
    # All weights count: 8 of the convolution at 4 positions, 6 of the dense layer, 8 x 4 bits.
    assert workload(net()).mac_count == 4 * 8 + 6
    assert ace(net()) == (4 * 8 + 6) * 8 * 4


def test_ace_v2():
    conv = 24 * 8 * 4 + 8 * 13 + 4 * 13 + 8 * 13 + 8 * 13
    dense = 3 * 8 + 5 * 8 + 3 * 13 + 3 * 13 + 6 * 11
    assert ace_v2(net()) == conv + 6 * 8 + dense + 3 * 8 + 6 * 10
    assert report(net()).parts == {
        "mac": 24 * 8 * 4 + 3 * 8 + 5 * 8,
        "norm": 8 * 13,
        "scale": 4 * 13 + 8 * 13 + 3 * 13 + 3 * 13 + 6 * 11 + 6 * 10,
        "activation": 8 * 13,
        "residual": 3 * 8,
        "pooling": 6 * 8,
    }


def test_variants():
    def beyond(name):
        return COST_MODELS[name].cost(workload(net()).operations) - ace_v2(net())

    # Shifts of 13 bits by 3 bits, of 8 by 2 and of 13 by 2.
    assert beyond("pessimistic_shift") == 4 * 13 * 2 + 3 * 8 + 3 * 13
    # 13 bits for each MAC, and 13 in place of 8 where an addition is all.
    assert beyond("charged_accumulator") == 24 * 13 + 5 * (13 - 8)


def test_memory():
    found = workload(net())
    assert found.storage == Storage(
        weights=(8 + 6) * 4,
        # The convolution: 8 bits and 4 for each of 2 channels; the dense layer: 8 and 4.
        scales=8 + 2 * 4 + 8 + 4,
        norms=8 + 2 * 4,
        # The dense layer has no bias.
        biases=2 * 32,
    )
    # The image, 16 bytes, and what the convolution writes, 8 bytes, live together.
    assert found.peak_activation_bits == (16 + 8) * 8
    assert report(net()).weight_bits == {4: 14}
    assert report(net()).mac_counts == {(NumberFormat(8), NumberFormat(4)): 38}


def test_parts_apart():
    found = report(net())
    assert found.counts == {
        "mac": {"mac": 24, "accumulate": 5, "shift": 3},
        "elementwise": {"add": 8 + 3 + 3, "compare": 16 + 6 + 6 + 6, "shift": 4 + 3},
    }
    assert found.elementwise == found.cost - found.parts["mac"]
    assert (
        sum(entry.cost for entry in found.layers)
        == found.cost
        == ACE_V2.cost(found.workload.operations)
    )


def test_a_mantissa_is_a_multiplication():
    graph = net()
    conv = graph.nodes[0]
    norm = NormRecord(ScaleCodes(-2, [0, 1], 4), [5, 1], 3, [1, 1])
    conv = dataclasses.replace(conv, multiplier=[5, 1], norm=norm)
    single = IntegerGraph("mantissas", graph.inputs, (conv,), ("conv",))
    (layer,) = workload(single).layers
    found = operations_of(layer)
    # Channel 0 alone, at 4 positions; 5 has 3 bits.
    assert found["norm", "multiply", 13, 3] == 4
    # Its product reaches 5 * 3835 = 19175, 15 bits, with the sign 16.
    assert found["scale", "shift", 16, 3] == 4
    # Exponents as before, and a mantissa of 3 bits for each channel.
    assert layer.work.storage.norms == 8 + 2 * 4 + 2 * 3


def test_a_norm_adds_whatever_it_holds_before_training():
    graph = net()
    conv = dataclasses.replace(graph.nodes[0], bias=[0, 0], shift=[0, 0])
    (layer,) = workload(IntegerGraph("new", graph.inputs, (conv,), ("conv",))).layers
    # 15 * 255 = 3825 has 12 bits; the offset is 0, which has 1 bit.
    assert operations_of(layer)["norm", "add", 13, 1] == 8


def test_a_shift_to_the_left_widens():
    graph = net()
    conv = dataclasses.replace(graph.nodes[0], shift=[-3, -40])
    (layer,) = workload(IntegerGraph("left", graph.inputs, (conv,), ("conv",))).layers
    found = operations_of(layer)
    # 40 has 6 bits. 2315 by 2**30, at which shifts to the left end here, has 42 bits and a sign.
    assert found["scale", "shift", 13, 6] == 8
    assert found["scale", "compare", 43, 8] == 8
