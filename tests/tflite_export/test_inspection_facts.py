import html.parser

import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as schema

from tests.tflite_export import graphs
from tests.tflite_export.edgetpu import executables
from tests.tflite_export.reading.plain_files import (
    Layer,
    PlainFile,
    in_several_subgraphs,
    linear,
)
from tests.tflite_export.reading.test_recorded import with_record, without_record
from tflite_export import convert
from tflite_export.flatbuffer import pack, unpack
from tflite_export.inspection_facts import facts, grid_of
from tflite_export.inspection_html import html_of
from tflite_export.inspection_layout import BOX_HEIGHT, BOX_WIDTH, drawing_of
from tflite_export.inspection_text import text_of
from tflite_export.operator_list import Tensor, operator_list

pytestmark = pytest.mark.filterwarnings("ignore:layer")


def judgements(tflite):
    return [
        (line.operator, line.exactness.encoding, line.exactness.verdict)
        for line in facts(tflite).lines[0]
    ]


def test_a_converted_model_tells_its_classes(rng):
    tflite = convert(graphs.small_net(rng, limit=127))
    assert judgements(tflite) == [
        ("CONV_2D", "B", "exact"),
        ("DEPTHWISE_CONV_2D", "C", "not exact"),
        ("CONV_2D", "C", "not exact"),
        ("ADD", "-", "exact"),
        ("RESHAPE", "A", "exact"),
        ("CONV_2D", "A", "exact"),
        ("RESHAPE", "A", "exact"),
        ("FULLY_CONNECTED", "B", "exact"),
    ]
    assert "no spare bit" in facts(tflite).lines[0][1].exactness.reason


@pytest.mark.parametrize("value", [["keras", "xnnpack", "builtin", "reference", "tflm"], [[]], 5])
def test_a_record_cannot_claim_exactness(rng, value):
    def claim(record):
        record["layers"][1].update(exact=value, unproven=[])

    tflite = convert(graphs.small_net(rng, limit=127))
    assert judgements(with_record(tflite, claim)) == judgements(tflite)


def test_without_its_record_the_classes_are_found(rng):
    found = judgements(without_record(convert(graphs.small_net(rng, limit=127))))
    assert found[0] == ("CONV_2D", "B", "exact")
    assert found[1] == ("DEPTHWISE_CONV_2D", "C", "not exact")
    assert found[3] == ("ADD", "", "exact")
    assert found[7] == ("FULLY_CONNECTED", "B", "exact")


@pytest.mark.parametrize(("shift", "encoding"), [(4, "A"), (-1, "-")])
def test_classes_of_layers_that_shift(rng, shift, encoding):
    x = graphs.Tensor("x", (5,), graphs.UNSIGNED)
    tflite = convert(graphs.single(graphs.dense(rng, x, 3, shift=shift)))
    assert judgements(without_record(tflite)) == [("FULLY_CONNECTED", encoding, "exact")]


def test_plain_files(rng):
    (found,) = facts(linear(rng, Layer("CONV_2D"))).lines[0]
    assert found.exactness.verdict == "not exact"
    assert "half to even" in found.exactness.reason
    assert found.parameter_bytes == 238
    assert found.weights == "int8 (7, 3, 2, 5)"


def test_biases_of_another_type(rng):
    """Of a type that NumPy lacks the data are the bytes of the file."""
    model = unpack(without_record(convert(graphs.small_net(rng))))
    bias = next(t for t in model.subgraphs[0].tensors if t.name == b"stem:bias")
    bias.type = schema.TensorType.BFLOAT16
    assert judgements(pack(model))[0] == ("CONV_2D", "", "not integer")
    bias.type, bias.shape = schema.TensorType.INT32, np.array([8, 1], np.int32)
    assert judgements(pack(model))[0] == ("CONV_2D", "", "not exact")
    bias.shape, bias.sparsity = np.array([8], np.int32), schema.SparsityParametersT()
    assert judgements(pack(model))[0] == ("CONV_2D", "", "not exact")


def one(name, options, *tensors, version=2):
    """A file of one operator; a tensor is (dtype, scale, zero point), the last is written."""
    file = PlainFile()
    indices = [file.tensor((1, 4), dtype, scale, zero) for dtype, scale, zero in tensors]
    file.operator(name, version, indices[:-1], indices[-1:], options)
    return file.write(indices[:-1], indices[-1:])


HALF, THIRD, FLOAT = ("INT8", 0.5, 0), ("INT8", 0.3, 0), ("FLOAT32", None, 0)


@pytest.mark.parametrize(
    ("tflite", "verdict"),
    [
        (one("ADD", schema.AddOptionsT(), HALF, HALF, HALF), "exact"),
        (one("ADD", schema.AddOptionsT(), HALF, THIRD, HALF), "not exact"),
        (one("MUL", schema.MulOptionsT(), HALF, HALF, HALF), "not exact"),
        (one("QUANTIZE", schema.QuantizeOptionsT(), HALF, ("UINT8", 0.5, 128)), "exact"),
        (one("QUANTIZE", schema.QuantizeOptionsT(), HALF, THIRD), "not exact"),
        (one("QUANTIZE", schema.QuantizeOptionsT(), FLOAT, HALF), "not integer"),
        (one("SOFTMAX", schema.SoftmaxOptionsT(), HALF, HALF), "not exact"),
        (one("MAXIMUM", None, HALF, HALF, HALF), "exact"),
        (one("MAXIMUM", None, HALF, HALF, ("INT8", 0.5, 3)), "not exact"),
        (one("LSTM", None, HALF, HALF), "unknown"),
        (one("FULLY_CONNECTED", None, HALF, HALF), "not exact"),
    ],
)
def test_single_operators(tflite, verdict):
    ((line,),) = facts(tflite).lines
    assert line.exactness.verdict == verdict
    assert bool(line.exactness.reason) == (verdict != "exact")


def test_origins(rng):
    tflite = convert(graphs.small_net(rng))
    assert facts(tflite).origin.startswith("converted by PikeLPN for Keras 3; it reads back")
    assert "reads as a graph of plain 8-bit" in facts(linear(rng, Layer("CONV_2D"))).origin
    assert "operator LSTM has no integer meaning" in facts(one("LSTM", None, HALF, HALF)).origin


def test_compiled_files_tell_what_is_cached():
    content = executables.package(executables.executable(executables.CACHING, parameters=4321))
    tflite = executables.compiled_model(content)
    assert facts(tflite).packages[0].cached_bytes == 4321
    assert "4,321 bytes of parameters cached" in text_of("x", facts(tflite))
    assert "4,321 bytes of parameters cached" in html_of("x", facts(tflite))


def test_text(rng):
    text = text_of("net.tflite", facts(convert(graphs.small_net(rng, limit=127))))
    assert text.startswith("net.tflite: ")
    assert "input   pixels  int8 (1, 8, 8, 3)  2^-8, zero point -128\n" in text
    assert "[1] its int8 weights have no spare bit" in text
    assert text.endswith("6 exact, 2 not exact")


EVIL = '<script>alert("1")</script>&\x1b[31m\n'


@pytest.fixture
def evil(rng):
    """A file whose every name is markup and control characters."""
    model = unpack(linear(rng, Layer("CONV_2D")))
    model.description = EVIL
    model.subgraphs[0].name = EVIL
    for tensor in model.subgraphs[0].tensors:
        tensor.name = EVIL
    code = model.operatorCodes[0]
    code.deprecatedBuiltinCode = code.builtinCode = schema.BuiltinOperator.CUSTOM
    code.customCode = EVIL
    model.buffers.append(schema.BufferT(data=np.zeros(1, np.uint8)))
    model.metadata = [schema.MetadataT(EVIL, len(model.buffers) - 1)]
    return pack(model)


def test_names_cannot_steer_a_terminal(evil):
    text = text_of("x", facts(evil))
    assert "\x1b" not in text
    assert "alert" in text


def test_names_are_escaped_in_html(evil):
    page = html_of(EVIL, facts(evil))
    assert "<script" not in page and "\x1b" not in page
    assert page.count("&lt;script&gt;") > 5


class _Tags(html.parser.HTMLParser):
    def __init__(self):
        super().__init__()
        self.open, self.targets, self.anchors = [], [], []

    def handle_starttag(self, tag, attrs):
        attributes = dict(attrs)
        self.targets += [v for k, v in attrs if k in ("href", "src", "xlink:href")]
        self.anchors += [attributes["id"]] if "id" in attributes else []
        if tag not in ("meta", "br"):
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        pass

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def test_the_page_is_whole_and_needs_no_network(rng):
    page = html_of("net", facts(convert(graphs.small_net(rng))))
    tags = _Tags()
    tags.feed(page)
    assert tags.open == []
    assert len(tags.targets) == 8 and set(tags.targets) == {f"#{a}" for a in tags.anchors}
    assert "http" not in page and "url(" not in page and "@import" not in page


def test_both_name_signatures_and_subgraphs(rng):
    found = facts(in_several_subgraphs(linear(rng, Layer("CONV_2D"))))
    text, page = text_of("net", found), html_of("net", found)
    assert "signatures: run_main (subgraph 0), run_second (subgraph 1)" in text
    assert "signature: run_second (subgraph 1)" in page
    assert "subgraph second" in text and "<h2>second</h2>" in page


def test_layout(rng):
    (subgraph,) = operator_list(convert(graphs.small_net(rng))).subgraphs
    drawing = drawing_of(subgraph)
    assert len(drawing.boxes) == len(subgraph.operators)
    assert len(set(drawing.boxes)) == len(drawing.boxes)
    for x, y in drawing.boxes:
        assert 0 <= x <= drawing.width - BOX_WIDTH and 0 <= y <= drawing.height - BOX_HEIGHT
    # Every operator lies below what it reads; ADD reads two operators.
    assert all(y1 < y2 for _, y1, _, _, y2 in drawing.curves)
    assert len(drawing.curves) == 9
    # What passes the operators between the two that ADD reads does so beside them.
    ((side, y1, y2),) = [(s, y1, y2) for _, y1, s, _, y2 in drawing.curves if s is not None]
    passed = [x + BOX_WIDTH for x, y in drawing.boxes if y1 < y < y2 - BOX_HEIGHT]
    assert max(passed) < side < drawing.width
    assert [name for name, _, _ in drawing.ends] == ["pixels", "classes"]


def test_a_graph_that_reads_ahead_is_drawn():
    file = PlainFile()
    x, y, z = (file.tensor((1, 4), scales=0.5) for _ in range(3))
    file.operator("ADD", 1, [x, z], [y], schema.AddOptionsT())
    file.operator("ADD", 1, [x, y], [z], schema.AddOptionsT())
    (subgraph,) = operator_list(file.write([x], [z])).subgraphs
    assert len(drawing_of(subgraph).curves) == 3


@pytest.mark.parametrize(
    ("scales", "zero_points", "words"),
    [
        ([], [], ""),
        ([0.25], [0], "2^-2"),
        ([0.3], [7], "0.3, zero point 7"),
        ([0.1, 0.2], [0, 0], "2 scales along axis 0"),
    ],
)
def test_grids(scales, zero_points, words):
    tensor = Tensor("x", (2,), "int8", np.float32(scales), np.array(zero_points, np.int64))
    assert grid_of(tensor) == words
