import dataclasses
import json
import types
import zlib

import numpy as np
import pytest

from pikelpn_keras.integer import NormRecord, ScaleCodes, WeightRecord
from pikelpn_keras.integer.nodes import Tensor
from pikelpn_keras.version import __version__
from tests.tflite_export import graphs
from tflite_export import convert, metadata
from tflite_export.encoding import coded_shift
from tflite_export.flatbuffer import pack, unpack
from tflite_export.metadata import pack_record, read_record


@pytest.fixture
def layer(rng):
    node = graphs.dense(rng, Tensor("x", (5,), graphs.PIXELS), 3)
    settings = types.MappingProxyType({"bits": np.int64(4), "range": np.array([1, 2])})
    node = dataclasses.replace(
        node,
        weights=WeightRecord("UniformQuantizer", settings, 4, ScaleCodes(-3, [0, 2, 15], 4)),
        norm=NormRecord(ScaleCodes(-5, [1, 0, 3], 4), [1, 1, 1], 1, [1, -1, 1]),
    )
    return dataclasses.replace(node, shift=coded_shift(node))


def test_the_codes_of_a_layer_come_back(layer):
    (record,) = read_record(convert(graphs.single(layer)))["layers"]
    assert (record["name"], record["operator"], record["encoding"]) == ("dense", "Dense", "A")
    proof = {"bounds", "encoding", "exact", "unproven"}
    assert set(record) == {"name", "operator", "norm", "weights"} | proof
    assert record["weights"] == {
        "quantizer": "UniformQuantizer",
        "settings": {"bits": 4, "range": [1, 2]},
        "bits": 4,
        "scales": {"layer_exponent": -3, "offsets": [0, 2, 15], "bits": 4},
    }
    assert record["norm"] == {
        "scales": {"layer_exponent": -5, "offsets": [1, 0, 3], "bits": 4},
        "mantissas": [1, 1, 1],
        "mantissa_bits": 1,
        "signs": [1, -1, 1],
    }


def test_shifts_stand_there_where_no_codes_say_them(layer):
    by_hand = dataclasses.replace(layer, shift=layer.shift + [0, 1, 0])
    (record,) = read_record(convert(graphs.single(by_hand)))["layers"]
    assert record["shift"] == by_hand.shift.tolist()


def test_the_proof_comes_back(layer):
    (record,) = read_record(convert(graphs.single(layer)))["layers"]
    assert record["exact"] == ["keras", "xnnpack", "builtin", "reference", "tflm"]
    assert record["unproven"] == []
    bounds = {bound["quantity"]: bound for bound in record["bounds"]}
    reach = int(layer.reach.max())
    assert bounds["the encoded accumulator"]["value"] == 4 * reach + 2
    assert bounds["the encoded accumulator"]["limit"] == 2**31 - 1


@pytest.mark.filterwarnings("ignore:layer")
def test_what_is_not_proven_comes_back(rng):
    graph = graphs.single(graphs.dense(rng, Tensor("x", (5,), graphs.PIXELS), 3, limit=127))
    (record,) = read_record(convert(graph))["layers"]
    assert record["exact"] == ["keras", "xnnpack"]
    (failure,) = record["unproven"]
    assert failure["runtimes"] == ["builtin", "reference", "tflm"]
    assert "spare bit" in failure["reason"]


def test_true_exponents_and_version_come_back(rng):
    graph = graphs.small_net(rng)
    record = read_record(convert(graph))
    assert record["version"] == __version__
    assert record["model"] == "small"
    assert list(record["grids"]) == sorted(graph.tensors)
    for name, tensor in graph.tensors.items():
        assert record["grids"][name] == dataclasses.asdict(tensor.grid)
    assert [layer["name"] for layer in record["layers"]] == [node.name for node in graph.nodes]


def test_the_record_is_deflated_json_with_sorted_keys(rng):
    tflite = convert(graphs.small_net(rng))
    text = json.dumps(read_record(tflite), sort_keys=True, separators=(",", ":"))
    assert zlib.compress(text.encode(), 9) in tflite


@pytest.mark.parametrize(
    "data", [b"", b"{}", pack_record({"a": 1})[:-1], zlib.compress(b"{"), zlib.compress(b"\xff")]
)
def test_damaged_records_are_refused(layer, data):
    model = unpack(convert(graphs.single(layer)))
    model.buffers[model.metadata[0].buffer].data = np.frombuffer(data, np.uint8)
    with pytest.raises(ValueError, match="record of a PikeLPN model is damaged.*convert the model"):
        read_record(pack(model))


def test_a_record_that_would_fill_the_memory_is_refused(monkeypatch):
    data = pack_record({"a": "b" * 2000})
    monkeypatch.setattr(metadata, "MOST_BYTES", 1000)
    with pytest.raises(ValueError, match="cut short or too large"):
        metadata.unpack_record(data)


def test_settings_that_are_no_data_are_refused(layer):
    record = dataclasses.replace(layer.weights, settings={"function": print})
    with pytest.raises(TypeError, match="a quantization record cannot hold builtin_function"):
        convert(graphs.single(dataclasses.replace(layer, weights=record)))


def test_files_without_a_record_are_refused(layer):
    model = unpack(convert(graphs.single(layer)))
    model.metadata = None
    with pytest.raises(ValueError, match="the file holds no record of a PikeLPN model"):
        read_record(pack(model))
