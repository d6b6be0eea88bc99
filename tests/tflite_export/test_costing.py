"""The cost of .tflite files: real ones, and operators made by hand and counted by hand."""

import dataclasses

import numpy as np
import pytest

from pikelpn_keras import cost
from tests.tflite_export import graphs
from tflite_export import convert
from tflite_export.costing import workload
from tflite_export.operator_list import Operator, OperatorList, Subgraph, Tensor, operator_list


@pytest.mark.parametrize(
    ("name", "macs", "operands"),
    [
        ("pretrainedResnet_quant.tflite", 12_501_632, "int8"),
        ("pretrainedResnet.tflite", 12_501_632, "float32"),
        ("kws_ref_model.tflite", 2_656_768, "int8"),
        ("mobilenet_v1_0.25_224_quant.tflite", 41_030_528, "int8"),
        ("mobilenet_v1_0.25_224_1_default_1.tflite", 41_030_528, "float32"),
    ],
)
def test_macs_of_real_files(name, macs, operands, real_data):
    found = cost.report(workload(real_data(f"models/{name}")))
    number = cost.number_format(operands)
    assert found.mac_counts == {(number, number): macs}
    assert found.ace == macs * number.bits**2
    assert found.workload.unknown == ()
    assert found.cost > found.ace * 0.9


def test_memory_of_a_real_file(real_data):
    found = workload(real_data("models/pretrainedResnet_quant.tflite"))
    # 78,666 parameters less those of the norms, which the converter folds: 77,360 weights, and a
    # bias of 32 bits for each of 346 channels.
    assert found.storage.weights == 77_360 * 8
    assert found.storage.biases == 346 * 32
    # A residual block: its input, one convolution's output and that of the next, 16 KB each.
    assert found.peak_activation_bits == 3 * 32 * 32 * 16 * 8


def tensor(name, shape, dtype="int8", scales=(1.0,), zero_points=(0,), data=None, axis=0):
    return Tensor(
        name,
        tuple(shape),
        dtype,
        np.asarray(scales, np.float32),
        np.asarray(zero_points, np.int64),
        axis,
        None if data is None else np.asarray(data).reshape(shape),
    )


def floats(name, shape, **fields):
    return tensor(name, shape, "float32", (), (), **fields)


def listed(operator, *tensors, options=None, outputs=1):
    """A file of one operator that reads all tensors but the last, which it writes."""
    reads = len(tensors) - outputs
    indices = tuple(range(len(tensors)))
    made = Operator(operator, 1, indices[:reads], indices[reads:], options or {})
    subgraph = Subgraph("main", tensors, (made,), (0,), indices[reads:])
    return OperatorList((subgraph,), "", {}, (), 0)


def operations(file):
    return [str(entry) for entry in workload(file).operations]


def test_integer_convolution():
    weights = np.array([1, -2, 0, 3, 0, 5, 6, -7])  # filters of (1, 1, 4), two of them
    file = listed(
        "CONV_2D",
        tensor("x", (1, 2, 3, 4), scales=[0.5], zero_points=[-128]),
        tensor("w", (2, 1, 1, 4), scales=[0.1, 0.25], zero_points=[0, 0], data=weights),
        tensor("b", (2,), "int32", scales=[0.05, 0.125], zero_points=[0, 0], data=[100, -9]),
        tensor("y", (1, 2, 3, 2), scales=[1.0], zero_points=[-128]),
        options={"fused_activation_function": "RELU"},
    )
    # Inputs reach 255. Filter 0: 6 * 255 + 100; filter 1: 18 * 255 + 9 = 4599, 13 bits and a sign.
    # Its ratio, 0.5 * 0.25 / 1, is a power of two; that of filter 0 is not. 6 weights of 8 are not
    # 0, and each is used at 6 positions. 0.125 * 4599 = 575 has 10 bits and a sign.
    assert operations(file) == [
        "36 mac int8 x int8 x int14 (mac)",
        "12 add int14 x int32 (bias)",
        "6 multiply int14 x int32 (scale)",
        "12 shift int46 x int5 (scale)",
        "12 add int11 x int8 (scale)",
        "12 compare int11 x int8 (activation)",
        "12 compare int11 x int8 (scale)",
    ]
    found = workload(file)
    assert found.mac_count == 6 * 8
    assert found.storage == cost.Storage(weights=64, scales=64, biases=64)
    assert found.peak_activation_bits == (24 + 12) * 8


def test_weights_of_uint8_count_from_their_zero_point():
    file = listed(
        "FULLY_CONNECTED",
        tensor("x", (1, 3), "uint8", zero_points=[0]),
        tensor("w", (1, 3), "uint8", zero_points=[130], data=np.array([130, 131, 126], np.uint8)),
        tensor("y", (1, 1), "uint8", zero_points=[128]),
    )
    # 0, 1 and -4: one shift, two additions; (1 + 4) * 255 = 1275 has 11 bits and a sign.
    assert operations(file)[:2] == [
        "1 shift int8 x int2 (mac)",
        "2 accumulate int8 x int12 (mac)",
    ]
    assert workload(file).mac_count == 3


def test_depthwise_and_transposed():
    image = tensor("x", (1, 4, 4, 2))
    depthwise = listed(
        "DEPTHWISE_CONV_2D", image, tensor("w", (1, 3, 3, 2)), tensor("y", (1, 4, 4, 2))
    )
    assert workload(depthwise).mac_count == 16 * 9 * 2
    transposed = listed(
        "TRANSPOSE_CONV",
        tensor("shape", (4,), "int32", (), (), data=[1, 8, 8, 5]),
        tensor("w", (5, 3, 3, 2)),
        image,
        tensor("y", (1, 8, 8, 5)),
    )
    assert workload(transposed).mac_count == 16 * 9 * 2 * 5


def test_float_convolution():
    file = listed(
        "CONV_2D",
        floats("x", (1, 4, 4, 2)),
        floats("w", (3, 3, 3, 2), data=np.ones(54, np.float32)),
        floats("b", (3,), data=np.ones(3, np.float32)),
        floats("y", (1, 2, 2, 3)),
        options={"fused_activation_function": "RELU6"},
    )
    assert operations(file) == [
        "216 mac float32 x float32 x float32 (mac)",
        "12 add float32 x float32 (bias)",
        "24 compare float32 x float32 (activation)",
    ]


def test_dynamic_range():
    file = listed(
        "FULLY_CONNECTED",
        floats("x", (1, 10)),
        tensor("w", (4, 10), scales=[0.1], data=np.ones(40, np.int8)),
        floats("y", (1, 4)),
    )
    assert operations(file) == [
        "40 mac int8 x int8 x int20 (mac)",
        "10 compare float32 x float32 (scale)",
        "14 multiply float32 x float32 (scale)",
    ]


def test_float16_weights_are_converted_once():
    half = tensor("half", (4, 10), "float16", (), (), data=np.ones(40, np.float16))
    tensors = (floats("x", (1, 10)), half, floats("w", (4, 10)), floats("y", (1, 4)))
    operators = (
        Operator("DEQUANTIZE", 1, (1,), (2,), {}),
        Operator("FULLY_CONNECTED", 1, (0, 2, -1), (3,), {}),
    )
    file = OperatorList((Subgraph("", tensors, operators, (0,), (3,)),), "", {}, (), 0)
    found = workload(file)
    assert [str(entry) for entry in found.operations] == [
        "40 mac float32 x float32 x float32 (mac)"
    ]
    assert found.storage.weights == 40 * 16
    # The constant is not alive as an activation.
    assert found.peak_activation_bits == (10 + 4) * 32
    assert "\nw " in str(cost.report(found))


@pytest.mark.parametrize(
    ("name", "tensors", "options", "expected"),
    [
        (
            "ADD",
            [tensor("a", (8,)), tensor("b", (8,), scales=[0.5]), tensor("y", (8,))],
            {},
            [
                "8 add int8 x int8 (residual)",
                # The second is on twice as fine a grid.
                "8 shift int8 x int5 (scale)",
                # Sums are within 2 * 256.
                "8 compare int11 x int8 (scale)",
                "8 compare int11 x int8 (scale)",
            ],
        ),
        (
            "ADD",
            [floats("a", (8,)), floats("b", (8,)), floats("y", (8,))],
            {"fused_activation_function": "RELU"},
            [
                "8 add float32 x float32 (residual)",
                "8 compare float32 x float32 (activation)",
            ],
        ),
        (
            "MUL",
            [floats("a", (8,)), floats("b", (1,), data=[0.5]), floats("y", (8,))],
            {},
            ["8 multiply float32 x float32 (scale)"],
        ),
        (
            "AVERAGE_POOL_2D",
            [tensor("x", (1, 4, 4, 2)), tensor("y", (1, 2, 2, 2))],
            {"filter_width": 2, "filter_height": 2},
            ["32 add int8 x int12 (pooling)", "8 shift int12 x int2 (pooling)"],
        ),
        (
            "MEAN",
            [tensor("x", (1, 3, 3, 2)), tensor("y", (1, 2), scales=[0.4])],
            {},
            [
                "18 add int8 x int13 (pooling)",
                "2 multiply int13 x int32 (scale)",
                "2 shift int45 x int5 (scale)",
            ],
        ),
        (
            "SUM",
            [tensor("x", (1, 3, 3, 2)), tensor("y", (1, 2), scales=[4.0])],
            {},
            ["16 add int8 x int13 (pooling)", "2 shift int13 x int5 (scale)"],
        ),
        (
            "MAX_POOL_2D",
            [tensor("x", (1, 4, 4, 2)), tensor("y", (1, 2, 2, 2))],
            {"filter_width": 2, "filter_height": 2},
            ["24 compare int8 x int8 (pooling)"],
        ),
        (
            "LOGISTIC",
            [tensor("x", (6,)), tensor("y", (6,))],
            {},
            ["6 lookup int8 x int8 (activation)"],
        ),
        (
            "LOGISTIC",
            [floats("x", (6,)), floats("y", (6,))],
            {},
            ["6 function float32 x float32 (activation)"],
        ),
        (
            "QUANTIZE",
            [floats("x", (6,)), tensor("y", (6,))],
            {},
            [
                "6 multiply float32 x float32 (scale)",
                "6 add float32 x float32 (scale)",
                "12 compare float32 x float32 (scale)",
            ],
        ),
        (
            "QUANTIZE",
            [tensor("x", (6,), "uint8", zero_points=[0]), tensor("y", (6,), zero_points=[-128])],
            {},
            ["6 add int8 x int8 (scale)"],
        ),
        (
            "DEQUANTIZE",
            [tensor("x", (6,), zero_points=[3]), floats("y", (6,))],
            {},
            ["6 add int8 x int8 (scale)", "6 multiply float32 x float32 (scale)"],
        ),
        (
            "GATHER",
            [
                tensor("t", (256,), data=np.zeros(256)),
                tensor("i", (5,), "int32"),
                tensor("y", (5,)),
            ],
            {},
            ["5 lookup int8 x int8 (activation)"],
        ),
        ("RESHAPE", [tensor("x", (6,)), tensor("y", (2, 3))], {}, []),
    ],
)
def test_operators(name, tensors, options, expected):
    assert operations(listed(name, *tensors, options=options)) == expected


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"name": "OPERATOR_999"}, "y (OPERATOR_999)"),
        ({"name": "CONV_2D", "custom": True}, "y (CONV_2D)"),
        ({"name": "WHILE"}, "y (WHILE)"),
        # No kernel among its inputs.
        ({"name": "CONV_2D"}, "y (CONV_2D of unusual operands)"),
        # No size of its window.
        ({"name": "MAX_POOL_2D"}, "y (MAX_POOL_2D of unusual operands)"),
    ],
)
def test_what_is_not_known_is_listed(change, sentence):
    file = listed("RESHAPE", tensor("x", (6,)), tensor("y", (6,)))
    (subgraph,) = file.subgraphs
    operator = dataclasses.replace(subgraph.operators[0], **change)
    file = dataclasses.replace(
        file, subgraphs=(dataclasses.replace(subgraph, operators=(operator,)),)
    )
    found = workload(file)
    assert found.unknown == (sentence,)
    assert found.operations == ()


def test_tensors_without_names_and_open_batches():
    x, y = tensor("", (-1, 6)), tensor("", (-1, 6))
    found = workload(listed("RELU", x, y))
    assert [layer.name for layer in found.layers] == ["tensor_1"]
    assert found.peak_activation_bits == 12 * 8
    dense = listed("FULLY_CONNECTED", x, tensor("w", (3, 6)), tensor("y", (-1, 3)))
    assert workload(dense).mac_count == 18


def test_tensors_that_hold_no_numbers():
    handle = tensor("handle", (1,), "resource", (), ())
    file = listed("ASSIGN_VARIABLE", handle, tensor("x", (6,)), outputs=0)
    found = workload(file)
    assert found.unknown == ("ASSIGN_VARIABLE (ASSIGN_VARIABLE)",)
    assert found.inputs == ()
    assert cost.report(found).as_dict()["layers"][0]["outputs"] == []


def test_several_outputs_are_alive_together():
    file = listed(
        "SPLIT", tensor("x", (4,)), tensor("a", (2,)), tensor("b", (2,)), options={}, outputs=2
    )
    assert workload(file).peak_activation_bits == 8 * 8


def test_no_subgraph_is_refused():
    with pytest.raises(ValueError, match="has no subgraph"):
        workload(OperatorList((), "", {}, (), 0))


def test_own_files_are_counted_as_their_graphs(rng):
    graph = graphs.small_net(rng)
    found = workload(convert(graph), name="small")
    assert found == cost.workload(graph)


def test_files_without_a_record_are_counted_by_their_operators(rng):
    graph = graphs.small_net(rng)
    file = dataclasses.replace(operator_list(convert(graph)), metadata={})
    found, expected = workload(file), cost.workload(graph)
    assert found.unknown == ()
    # The average is a convolution of groups of 2 channels over 64 pixels of 8 channels.
    assert found.mac_count == expected.mac_count + 64 * 8 * 2
    # Scales are powers of two, or one float32 beside one, so that nothing is multiplied.
    assert not [entry for entry in found.operations if entry.kind == "multiply"]
