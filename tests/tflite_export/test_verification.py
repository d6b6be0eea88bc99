import dataclasses

import numpy as np
import pytest

from tests.tflite_export import graphs
from tflite_export import benchmark, convert, verification, verify
from tflite_export.flatbuffer import pack, unpack
from tflite_export.runtimes import RUNTIMES, RuntimeUnavailable

DEVICES = tuple(RUNTIMES)


@pytest.fixture
def graph(rng):
    return graphs.small_net(rng)


@pytest.fixture
def images(rng, graph):
    return graphs.images(rng, graph.inputs[0], 20)


def with_changed_byte(tflite, tensor_name):
    """The file with one bit flipped in the first byte of one tensor's data."""
    model = unpack(tflite)
    (tensor,) = (t for t in model.subgraphs[0].tensors if t.name.decode() == tensor_name)
    data = model.buffers[tensor.buffer].data.copy()
    data[0] ^= 64
    model.buffers[tensor.buffer].data = data
    return pack(model)


@dataclasses.dataclass
class StandIn:
    """In place of a Keras model: predicts the values of a graph, `error` added."""

    graph: object
    error: float = 0.0

    def predict(self, inputs, verbose):
        values = self.graph.tensors["classes"].grid.values(self.graph.run(inputs))
        return values + np.float32(self.error)


@pytest.fixture
def stand_in(graph, monkeypatch):
    monkeypatch.setattr(verification, "as_graph", lambda model: getattr(model, "graph", model))
    return StandIn(graph)


@pytest.mark.parametrize("layer", ["stem", "spatial", "mixed", "classes"])
def test_a_changed_weight_is_found_and_its_layer_named(graph, images, layer):
    changed = with_changed_byte(convert(graph), f"{layer}:kernel")
    report = verify(graph, changed, images)
    assert not report.exact
    for runtime in DEVICES:
        assert report.mismatches[runtime] > 0
        assert report.first_difference[runtime] == layer


def test_a_changed_bias_touches_its_channel_alone(graph, images):
    changed = with_changed_byte(convert(graph), "classes:bias")
    for count in verify(graph, changed, images).mismatches.values():
        assert 0 < count <= len(images)


def test_all_runtimes_are_compared_by_default(graph, images):
    report = verify(graph, convert(graph), images)
    assert report.exact
    assert report.compared == 200
    assert set(report.mismatches) == set(DEVICES)
    assert report.skipped == {"keras": "an IntegerGraph was given, not a Keras model"}
    assert report.first_difference == {}
    assert report.classes == {
        "stem": "B",
        "spatial": "A",
        "mixed": "A",
        "total": "-",
        "mean": "A",
        "classes": "B",
    }
    assert report.unproven == {}


def test_a_file_is_given_by_its_path(graph, images, tmp_path):
    (tmp_path / "model.tflite").write_bytes(convert(graph))
    report = verify(graph, tmp_path / "model.tflite", images, runtimes=("xnnpack",))
    assert report.mismatches == {"xnnpack": 0}
    timed = benchmark(tmp_path / "model.tflite", runs=1, min_seconds=0)
    assert timed.model["bytes"] == len(convert(graph))


def test_integers_and_values_are_the_same_inputs(graph, images):
    tflite = convert(graph)
    for inputs in (images.astype(np.uint8), (images / 256).astype(np.float32), (images,)):
        assert verify(graph, tflite, inputs, runtimes=("xnnpack",)).exact


def test_chunks_cover_all_images_and_report_progress(graph, images, monkeypatch):
    monkeypatch.setattr(verification, "CHUNK", 8)
    calls = []
    report = verify(graph, convert(graph), images, progress=lambda *call: calls.append(call))
    assert report.exact
    assert report.compared == 200
    assert calls == [(8, 20), (16, 20), (20, 20)]


def test_the_first_differing_image_is_inspected(rng, graph, images, monkeypatch):
    monkeypatch.setattr(verification, "CHUNK", 8)
    # Blank images hide the changed weight, so only the last image shows it.
    images[:-1] = 0
    changed = with_changed_byte(convert(graph), "stem:kernel")
    report = verify(graph, changed, images, runtimes=("reference",))
    assert 0 < report.mismatches["reference"] <= 10
    assert report.first_difference == {"reference": "stem"}


def test_a_keras_model_is_one_more_runtime(stand_in, graph, images):
    report = verify(stand_in, convert(graph), images, runtimes=("keras", "xnnpack"))
    assert report.mismatches == {"keras": 0, "xnnpack": 0}
    assert report.skipped == {}


def test_a_keras_model_that_is_off_the_grid_differs(stand_in, graph, images):
    stand_in.error = 2.0**-20
    report = verify(stand_in, convert(graph), images, runtimes=("keras", "xnnpack"))
    assert report.mismatches == {"keras": 200, "xnnpack": 0}
    assert report.first_difference == {"keras": "classes"}


@pytest.mark.filterwarnings("ignore:layer")
def test_unproven_layers_are_reported(rng):
    graph = graphs.small_net(rng, limit=127)
    images = graphs.images(rng, graph.inputs[0])
    report = verify(graph, convert(graph), images, runtimes=("xnnpack",))
    assert set(report.unproven) == {"spatial", "mixed"}
    assert "spare bit" in report.unproven["mixed"]
    assert "(builtin, reference, tflm)" in report.unproven["mixed"]


def test_a_file_without_a_record_is_compared_all_the_same(graph, images):
    model = unpack(convert(graph))
    model.metadata = None
    report = verify(graph, pack(model), images)
    assert report.exact
    assert report.classes == {}
    assert list(report.unproven) == ["small"]


def test_unavailable_runtimes_are_skipped_with_the_reason(graph, images, monkeypatch):
    def unavailable(tflite):
        raise RuntimeUnavailable("no such kernel")

    monkeypatch.setitem(RUNTIMES, "tflm", unavailable)
    report = verify(graph, convert(graph), images)
    assert report.skipped["tflm"] == "no such kernel"
    assert "tflm" not in report.mismatches


def test_a_file_of_another_model_is_refused(rng, graph, images):
    other = graphs.single(graphs.conv2d(rng, graph.inputs[0], 4))
    with pytest.raises(ValueError, match="the outputs of the file have the shapes.*convert the"):
        verify(graph, convert(other), images)


def test_a_damaged_file_is_refused_before_a_runtime_trusts_it(graph, images):
    """LiteRT 2.3.0 crashes on it."""
    model = unpack(convert(graph))
    model.subgraphs[0].operators[0].inputs = np.array([0, 1, 1384], np.int32)
    damaged = pack(model)
    with pytest.raises(ValueError, match="damaged: it refers to tensors 0 to 1384 of"):
        verify(graph, damaged, images)
    with pytest.raises(ValueError, match="damaged: it refers to tensors 0 to 1384 of"):
        benchmark(damaged)


def test_inputs_of_another_shape_are_refused(graph, images):
    with pytest.raises(ValueError, match="input 'pixels' has shape"):
        verify(graph, convert(graph), images[:, :4])


def test_inputs_that_are_no_arrays_are_refused(graph, images):
    with pytest.raises(ValueError, match="inputs are an array .*not dict; of a data set take"):
        verify(graph, convert(graph), {"image": images})


def test_no_images_are_refused(graph, images):
    with pytest.raises(ValueError, match="the inputs hold no images"):
        verify(graph, convert(graph), images[:0])


def test_unknown_runtimes_are_refused(graph, images):
    with pytest.raises(ValueError, match="runtime 'gpu' is unknown; choose from keras, xnnpack"):
        verify(graph, convert(graph), images, runtimes=("gpu",))
