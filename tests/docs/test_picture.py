"""What the picture of one output says is so."""

import json
import re

import numpy as np

from pikelpn_keras.integer import Grid, IntegerGraph, ScaleCodes, WeightRecord
from pikelpn_keras.integer.nodes import Conv2D, Tensor, Window
from tests.conftest import REPOSITORY
from tflite_export import convert
from tflite_export.flatbuffer import unpack
from tflite_export.runtimes import RUNTIMES

PICTURE = REPOSITORY / "docs" / "images" / "one_output.svg"
RUNTIME_NAMES = {
    "XNNPACK": "xnnpack",
    "built-in": "builtin",
    "reference": "reference",
    "TFLM": "tflm",
}


def test_the_integers_of_the_picture():
    svg = PICTURE.read_text(encoding="utf-8")
    facts = json.loads(re.search(r"<desc>(.*?)</desc>", svg)[1])
    pixels = np.array(facts["pixels"])[None, ..., None]
    weights = np.array(facts["weights"])
    layer = Conv2D(
        (Tensor("x", (3, 3, 1), Grid(-8, 8, signed=False)),),
        Tensor("y", (1, 1, 1), Grid(facts["exponent"], 8, signed=False)),
        kernel=weights[..., None, None],
        bias=[facts["bias"]],
        multiplier=[1],
        shift=[facts["shift"]],
        weights=WeightRecord("UniformQuantizer", {}, 4, ScaleCodes(0, [0], 4)),
        norm=None,
        window=Window((3, 3), (1, 1), (1, 1), "valid"),
    )
    graph = IntegerGraph("one", layer.inputs, (layer,), ("y",))
    total = int((pixels[0, ..., 0] * weights).sum()) + facts["bias"]
    assert total % 2 ** facts["shift"] == 2 ** (facts["shift"] - 1)
    assert graph.run(pixels).item() == facts["output"]
    tflite = convert(graph, exact="all")
    (stored,) = (t for t in unpack(tflite).subgraphs[0].tensors if t.name == b"y:kernel")
    in_file = np.asarray(unpack(tflite).buffers[stored.buffer].data).view(np.int8)
    assert in_file.tolist() == (4 * weights).ravel().tolist()
    for shown, name in RUNTIME_NAMES.items():
        assert RUNTIMES[name](tflite).run(pixels)[0].item() == facts["runtimes"]["ours"][shown]
    for number in (total, 4 * total + 2, facts["output"], *(4 * weights).ravel()):
        assert re.search(rf">[^<]*\b{number}\b[^<]*<|>{number}<", svg), number
    assert set(facts["runtimes"]["ours"].values()) == {facts["output"]}
    assert len(set(facts["runtimes"]["plain"].values())) > 1
