"""The work of each node that the hand-counted net lacks."""

import dataclasses

import keras
import numpy as np
import pytest

import pikelpn_keras as pk
from pikelpn_keras.cost import NumberFormat, cost_model, workload
from pikelpn_keras.cost.kernels import kernel_operations
from pikelpn_keras.cost.nodes import registry, work_of
from pikelpn_keras.integer import Grid, IntegerGraph, ScaleCodes, WeightRecord, nodes
from pikelpn_keras.integer.nodes import (
    AveragePool2D,
    Conv2DTranspose,
    DepthwiseConv2D,
    GlobalAveragePool,
    Lookup,
    Maximum,
    Multiply,
    Softmax,
    Subtract,
    Tensor,
    Window,
)
from pikelpn_keras.integer.nodes.softmax import PROBABILITIES
from tests.node_types import concrete_nodes

PIXELS = Grid(-8, 8, signed=False)
SIGNED = Grid(-4, 8)


@dataclasses.dataclass(frozen=True, eq=False)
class Unknown(nodes.Node):
    def run(self, inputs):
        return inputs


def tensor(shape, grid, name="x"):
    return Tensor(name, shape, grid)


def written(node):
    return [str(entry) for entry in work_of(node).operations]


def linear_fields(channels, quantizer="UniformQuantizer", bits=4, shift=0):
    zeros = np.zeros(channels, int)
    return {
        "bias": zeros,
        "multiplier": zeros + 1,
        "shift": zeros + shift,
        "weights": WeightRecord(quantizer, {}, bits, ScaleCodes(0, [0], 4)),
        "norm": None,
    }


def test_every_node_of_the_library_has_a_counter():
    concrete = concrete_nodes(nodes)
    assert len(concrete) >= 5
    counted = [set(node_type.__mro__) & set(registry._COUNTERS) for node_type in concrete]
    assert all(counted), concrete


def test_an_unknown_node_is_named():
    x = tensor((3,), PIXELS)
    node = Unknown((x,), tensor((3,), PIXELS, "strange"))
    graph = IntegerGraph("unknown", (x,), (node,), ("strange",))
    with pytest.raises(ValueError, match=r"cost of layer 'strange' \(Unknown\) is not known"):
        workload(graph)


def test_depthwise_and_padding():
    x = tensor((4, 4, 2), PIXELS)
    node = DepthwiseConv2D(
        (x,),
        tensor((4, 4, 2), SIGNED, "y"),
        kernel=np.full((3, 3, 2), 3),
        window=Window((3, 3), (1, 1), (1, 1), "same"),
        **linear_fields(2),
    )
    # 9 taps of 2 channels at 16 positions, the border too; 27 * 255 = 6885 has 13 bits.
    assert written(node)[0] == "288 mac int8 x int4 x int14 (mac)"
    assert [entry.count for entry in work_of(node).macs] == [288]
    # Nothing is shifted, so nothing is rounded and there is no bias: the clamp alone is left.
    assert written(node)[1:] == ["32 compare int14 x int8 (scale)"] * 2


def test_transposed_convolution_uses_its_weights_at_each_input():
    x = tensor((2, 2, 3), PIXELS)
    node = Conv2DTranspose(
        (x,),
        tensor((4, 4, 5), SIGNED, "y"),
        kernel=np.full((3, 3, 3, 5), 3),
        stride=2,
        corner=(0, 0),
        **linear_fields(5),
    )
    assert [entry.count for entry in work_of(node).macs] == [4 * 9 * 3 * 5]


def test_a_change_of_grid_is_a_shift_and_no_mac():
    x = tensor((2, 2, 3), PIXELS)
    node = DepthwiseConv2D(
        (x,),
        tensor((2, 2, 3), Grid(-6, 8, signed=False), "y"),
        kernel=np.ones((1, 1, 3)),
        window=Window((1, 1), (1, 1), (1, 1), "valid"),
        **linear_fields(3, "identity", 1, shift=2),
    )
    work = work_of(node)
    assert (work.macs, work.storage.bits, work.weights) == ((), 0, {})
    assert written(node) == [
        "12 add int9 x int1 (scale)",
        "12 shift int9 x int2 (scale)",
        # (255 + 2) // 4 = 64 fits the upper end.
        "12 compare int8 x int8 (activation)",
    ]


def test_subtraction():
    x = tensor((5,), PIXELS)
    node = Subtract((x, x), tensor((5,), Grid(-8, 8, signed=False), "y"))
    # -255 .. 255 stays below the upper end.
    assert written(node) == ["5 add int8 x int8 (residual)", "5 compare int9 x int8 (activation)"]


def test_maximum():
    x = tensor((5,), SIGNED)
    assert written(Maximum((x, x), tensor((5,), SIGNED, "y"))) == [
        "5 compare int8 x int8 (activation)"
    ]


def test_gate():
    x, gate = tensor((2, 2, 3), PIXELS), tensor((1, 1, 3), Grid(-7, 7, signed=False), "gate")
    node = Multiply((x, gate), tensor((2, 2, 3), PIXELS, "y"))
    assert written(node) == [
        "12 multiply int8 x int7 (gate)",
        # 255 * 127 has 15 bits; divided by 2**7, with 2**6 added, it stays within 253.
        "12 add int15 x int7 (scale)",
        "12 shift int15 x int3 (scale)",
    ]


def test_signed_gate():
    x, gate = tensor((3,), SIGNED), tensor((3,), Grid(-7, 4), "gate")
    node = Multiply((x, gate), tensor((3,), Grid(-8, 8), "y"))
    # -128 * -8 = 1024 has 11 bits and a sign; by 2**3 that is 128, beyond 127, and -112 is not.
    assert written(node) == [
        "3 multiply int8 x int4 (gate)",
        "3 add int12 x int3 (scale)",
        "3 shift int12 x int2 (scale)",
        "3 compare int9 x int8 (scale)",
    ]


def test_averages_of_a_power_of_two():
    x = tensor((4, 4, 3), PIXELS)
    node = AveragePool2D(
        (x,), tensor((2, 2, 3), PIXELS, "y"), Window((2, 2), (2, 2), (1, 1), "valid")
    )
    # 4 * 255 has 10 bits; a shift by 2.
    assert written(node) == [
        "48 add int8 x int10 (pooling)",
        "12 shift int10 x int2 (pooling)",
    ]


def test_averages_of_another_count():
    x = tensor((3, 3, 2), PIXELS)
    node = GlobalAveragePool((x,), tensor((2,), Grid(-9, 8, signed=False), "y"))
    # 9 * 255 = 2295 has 12 bits. On a grid twice as fine 510 may come out.
    assert written(node) == [
        "18 add int8 x int12 (pooling)",
        "2 multiply int12 x int12 (pooling)",
        "2 shift int24 x int4 (pooling)",
        "2 compare int9 x int8 (scale)",
    ]


def test_averages_whose_finer_grid_undoes_the_division():
    x = tensor((2, 2, 2), Grid(-6, 4, signed=False))
    node = GlobalAveragePool((x,), tensor((2,), Grid(-8, 8, signed=False), "y"))
    assert written(node) == ["8 add int4 x int6 (pooling)"]


def test_lookup():
    x = tensor((7,), Grid(0, 3))
    node = Lookup((x,), tensor((7,), PIXELS, "y"), np.arange(8))
    assert written(node) == ["7 lookup int3 x int8 (activation)"]
    assert work_of(node).storage.tables == 8 * 8


def test_softmax():
    x = tensor((10,), SIGNED)
    # 10 * 65535 has 20 bits.
    assert written(Softmax((x,), tensor((10,), PROBABILITIES, "y"))) == [
        "9 compare int8 x int8 (activation)",
        "10 add int8 x int8 (activation)",
        "10 lookup int8 x int16 (activation)",
        "9 add int16 x int20 (activation)",
        "1 function int20 x int16 (activation)",
        "10 multiply int16 x int16 (activation)",
    ]


def test_a_factor_that_all_weights_share_is_free():
    formats = NumberFormat(8), NumberFormat(8), NumberFormat(20)
    kernel = np.array([1, -4, 0, 2, 1])
    one, four = (kernel_operations(factor * kernel, 1, *formats) for factor in (1, 4))
    assert one == four
    assert [str(entry) for entry in one] == [
        "2 shift int8 x int2 (mac)",
        "4 accumulate int8 x int20 (mac)",
    ]
    assert kernel_operations(12 * kernel, 1, *formats) == kernel_operations(3 * kernel, 1, *formats)
    assert kernel_operations(0 * kernel, 1, *formats) == ()
    assert kernel_operations(kernel[:0], 1, *formats) == ()


def test_signs_are_one_comparison_and_binary_weights_one_addition():
    keras.utils.set_random_seed(0)
    model = keras.Sequential(
        [
            keras.Input((6,)),
            pk.layers.QuantInput(),
            pk.layers.QuantDense(4, kernel_quantizer="binary", use_bias=False),
            pk.layers.QuantSign(),
            pk.layers.QuantDense(5, kernel_quantizer="binary", use_bias=False),
            pk.layers.QuantIdentity(),
        ]
    )
    first, second = (layer.work for layer in workload(model).layers)
    # The sign doubles 6 weights of 1: sums reach 2 * 6 * 255 + 1 = 3061, 12 bits and a sign.
    assert [str(entry) for entry in first.operations] == [
        "24 accumulate int8 x int13 (mac)",
        "4 add int13 x int2 (bias)",
        "4 compare int13 x int1 (activation)",
    ]
    # ACE is that of binary MACs, and so is ACEv2's part of them.
    assert [str(entry) for entry in second.macs] == ["20 mac int1 x int1 x int4 (mac)"]
    assert cost_model("ace_v2").cost(second.operations[:1]) == 20
