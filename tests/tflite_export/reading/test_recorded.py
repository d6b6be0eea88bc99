import dataclasses
import tracemalloc

import keras
import numpy as np
import pytest

import pikelpn_keras as pk
from pikelpn_keras.integer import Grid
from pikelpn_keras.integer.nodes import (
    Add,
    Concatenate,
    MaxPool2D,
    Multiply,
    Pad2D,
    Reshape,
    Tensor,
)
from tests.tflite_export import graphs
from tests.tflite_export.operators.test_conv2d_transpose import SHAPES, transposed
from tflite_export import convert, read
from tflite_export.costing import workload
from tflite_export.flatbuffer import pack, unpack
from tflite_export.metadata import digest_of, pack_record, unpack_record
from tflite_export.reading.errors import UnsupportedModelError

pytestmark = pytest.mark.filterwarnings("ignore:layer")


def assert_comes_back(graph, **options):
    """Reading a converted graph gives that graph, and converting it the file."""
    tflite = convert(graph, **options)
    restored = read(tflite)
    assert digest_of(restored) == digest_of(graph)
    assert [tensor.grid for tensor in restored.tensors.values()] == [
        tensor.grid for tensor in graph.tensors.values()
    ]
    assert (restored.name, restored.outputs) == (graph.name, graph.outputs)
    assert convert(restored, **options) == tflite


@pytest.mark.parametrize(
    "options", [{}, {"input_type": "uint8"}, {"weight_storage": "int4"}], ids=str
)
@pytest.mark.parametrize("limit", [7, 63, 127])
def test_a_net(rng, limit, options):
    assert_comes_back(graphs.small_net(rng, limit=limit), **options)


@pytest.mark.parametrize("grid", [Grid(-5), Grid(-5, 6), Grid(-6, 4, signed=False)])
@pytest.mark.parametrize("shift", [-3, 0, 1, 9, np.array([-2, 0, 3])])
def test_shifts_and_grids(rng, grid, shift):
    x = Tensor("x", (5,), Grid(-8, 8, signed=False))
    assert_comes_back(graphs.single(graphs.dense(rng, x, 3, grid=grid, shift=shift, limit=31)))


@pytest.mark.parametrize("shift", [-30, 40])
@pytest.mark.parametrize("limit", [7, 127])
def test_shifts_that_the_file_replaces_by_nearer_ones(rng, shift, limit):
    x = Tensor("x", (5,), Grid(-8, 8, signed=False))
    options = {"limit": limit, "grid": graphs.SIGNED}
    node = graphs.dense(rng, x, 3, shift=[shift, 3, 2], **options)
    assert_comes_back(graphs.single(node))


@pytest.mark.parametrize("shape", SHAPES)
def test_transposed_convolutions(rng, shape):
    assert_comes_back(graphs.single(transposed(rng, *shape)))


def test_movement_and_gates(rng):
    x = Tensor("x", (4, 4, 2), graphs.UNSIGNED)
    padded = Pad2D((x,), Tensor("padded", (6, 5, 2), x.grid), ((1, 1), (0, 1)))
    pool = graphs.window((2, 2), (2, 2), padding="valid")
    pooled = MaxPool2D((padded.output,), Tensor("pooled", (3, 2, 2), x.grid), pool)
    both = Concatenate((pooled.output,) * 2, Tensor("both", (3, 2, 4), x.grid), 3)
    flat = Reshape((both.output,), Tensor("flat", (24,), x.grid))
    gate = graphs.dense(rng, flat.output, 24, grid=Grid(-7, 7, signed=False), name="gate")
    gated = Multiply((flat.output, gate.output), Tensor("gated", (24,), graphs.UNSIGNED))
    assert_comes_back(graphs.chain(padded, pooled, both, flat, gate, gated))


def model():
    keras.utils.set_random_seed(1)
    layers = pk.layers
    x = inputs = keras.Input((12, 12, 2))
    x = layers.QuantInput()(x)
    x = layers.QuantConv2D(8, 3, use_bias=False, kernel_quantizer="uniform7")(x)
    x = layers.QuantReLU(max_value=6.0)(layers.QuantNorm()(x))
    y = layers.QuantSeparableConv2D(8, 3, padding="same", use_bias=False)(x)
    y = layers.QuantHardSwish()(layers.QuantNorm()(y))
    x = layers.QuantConcatenate()([x, y])
    x = layers.QuantAveragePooling2D(2)(x)
    x = layers.QuantGlobalAveragePooling2D()(x)
    return keras.Model(inputs, layers.QuantIdentity()(layers.QuantDense(5)(x)))


def test_a_keras_model_with_its_records():
    graph = pk.integer_graph(model())
    assert_comes_back(graph)
    restored = read(convert(graph))
    for node, own in zip(restored.nodes, graph.nodes, strict=True):
        assert type(node) is type(own)
        for field in dataclasses.fields(node):
            value, expected = getattr(node, field.name), getattr(own, field.name)
            if isinstance(value, np.ndarray):
                assert np.array_equal(value, expected)
            elif field.name not in ("weights", "norm"):
                assert value == expected


def with_record(tflite, change):
    """The file with its record changed by a function of the unpacked record."""
    whole = unpack(tflite)
    (entry,) = whole.metadata
    buffer = whole.buffers[entry.buffer]
    record = unpack_record(bytes(buffer.data))
    record = change(record) or record
    buffer.data = np.frombuffer(pack_record(record), np.uint8)
    return pack(whole)


def without_record(tflite):
    whole = unpack(tflite)
    whole.metadata = []
    return pack(whole)


@pytest.fixture
def dense(rng):
    return graphs.single(graphs.dense(rng, Tensor("x", (5,), graphs.UNSIGNED), 3))


def test_without_its_record_a_file_is_anybodys(rng, dense):
    tflite = convert(dense)
    graph = read(without_record(tflite))
    assert type(graph.nodes[0]).__name__ == "AffineDense"
    images = graphs.images(rng, dense.inputs[0], 200)
    for kernels in ("xnnpack", "builtin", "reference"):
        restored = read(without_record(tflite), kernels=kernels)
        # Tie-free: every family's rounding gives the contract's integers.
        assert np.array_equal(restored.run(images), dense.run(images))


def _weights_of_other_scales(record):
    record["layers"][0]["weights"]["scales"]["bits"] = 10**12


@pytest.mark.parametrize(
    "change",
    [
        lambda record: "no record",
        lambda record: {"layers": 5},
        lambda record: record["layers"].clear(),
        lambda record: record["layers"][0].update(operator="Conv2D"),
        lambda record: record["layers"][0].update(operator="Tensor"),
        lambda record: record["layers"][0].update(operator="__doc__"),
        lambda record: record["layers"][0].update(name="x"),
        lambda record: record["layers"][0].update(encoding="B"),
        lambda record: record["layers"][0].update(weights=None),
        lambda record: record["layers"][0]["weights"].update(bits=0),
        lambda record: record["grids"]["dense"].update(exponent=-7),
        lambda record: record["grids"]["dense"].update(bits=10**12),
        lambda record: record["grids"]["dense"].update(bits="8"),
        lambda record: record["grids"].pop("x"),
        lambda record: record["layers"].extend(record["layers"]),
        _weights_of_other_scales,
    ],
)
def test_a_record_that_does_not_fit_is_not_believed(rng, dense, change):
    graph = read(with_record(convert(dense), change))
    assert type(graph.nodes[0]).__name__ == "AffineDense"


@pytest.mark.parametrize("inputs", [[], [0]])
def test_operators_that_read_less_than_their_layer_are_not_believed(inputs):
    x, y, total = (Tensor(name, (5,), graphs.UNSIGNED) for name in ("x", "y", "total"))
    whole = unpack(convert(graphs.single(Add((x, y), total))))
    whole.subgraphs[0].operators[0].inputs = np.array(inputs, np.int32)
    with pytest.raises(UnsupportedModelError, match="ADD"):
        read(pack(whole))
    assert [layer.kind for layer in workload(pack(whole)).layers] == ["ADD"]


def test_a_record_that_moves_other_integers_is_not_believed(rng):
    x = Tensor("x", (4, 4, 2), graphs.UNSIGNED)
    padded = Pad2D((x,), Tensor("padded", (6, 5, 2), x.grid), ((1, 1), (0, 1)))
    tflite = convert(graphs.single(padded))

    def swap(record):
        record["layers"][0]["pads"] = [[2, 0], [1, 0]]

    assert read(with_record(tflite, swap)).nodes[0].pads == padded.pads
    assert read(tflite).nodes[0].pads == padded.pads


def test_changed_weights_are_read_as_they_are(rng, dense):
    whole = unpack(convert(dense))
    kernel = next(t for t in whole.subgraphs[0].tensors if t.name == b"dense:kernel")
    data = whole.buffers[kernel.buffer].data.copy()
    data[0] ^= 1
    whole.buffers[kernel.buffer].data = data
    graph = read(pack(whole))
    assert graph.nodes[0].kernel.T.ravel()[0] == data.view(np.int8)[0]


@pytest.mark.parametrize("name", ["total", "mean", "spatial"])
@pytest.mark.parametrize("size", [2**20, 2**31 - 1])
def test_absurd_shapes_of_activations_take_no_memory(rng, name, size):
    whole = unpack(convert(graphs.small_net(rng)))
    tensor = next(t for t in whole.subgraphs[0].tensors if t.name == name.encode())
    tensor.shape = np.array([*tensor.shape[:-1], size], np.int32)
    content = pack(whole)
    tracemalloc.start()
    try:
        with pytest.raises(UnsupportedModelError):
            read(content)
        assert tracemalloc.get_traced_memory()[1] < 2**24
    finally:
        tracemalloc.stop()
