"""Draws docs/images/one_output.svg: one output integer, from Keras to the devices.

`python docs/tools/picture.py` trains a small net on scikit-learn's digits, takes an output of its
first layer whose sum is an exact tie, runs the layer on every runtime as this project writes it and
as a plain int8 file, and draws what came out. The numbers stand in the picture's description too,
where a test reads them.
"""

import dataclasses
import json
import pathlib

import keras
import numpy as np
import sklearn.datasets

import pikelpn_keras as pk
import tflite_export
from pikelpn_keras.integer.nodes import Tensor
from tflite_export.encoding import A
from tflite_export.flatbuffer import pack, unpack
from tflite_export.runtimes import RUNTIMES

PICTURE = pathlib.Path(__file__).parents[1] / "images" / "one_output.svg"
NAMES = {"xnnpack": "XNNPACK", "builtin": "built-in", "reference": "reference", "tflm": "TFLM"}
INK, FAINT, TEAL, RED = "#1b2b34", "#5b6b75", "#00796b", "#c62828"


def trained_graph():
    """The integer graph of a trained net, and the pictures."""
    digits = sklearn.datasets.load_digits()
    images = (digits.images * 15).astype("uint8")[..., None]
    keras.utils.set_random_seed(0)
    model = keras.Sequential(
        [
            keras.Input((8, 8, 1)),
            pk.layers.QuantInput(),
            pk.layers.QuantConv2D(16, 3, use_bias=False, kernel_quantizer="uniform4"),
            pk.layers.QuantNorm(),
            pk.layers.QuantReLU(),
            pk.layers.QuantGlobalAveragePooling2D(),
            pk.layers.QuantDense(10),
            pk.layers.QuantIdentity(),
        ]
    )
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.AdamW(3e-3), loss)
    model.fit(
        images, digits.target, epochs=10, verbose=0, callbacks=[pk.callbacks.FreezeSchedule()]
    )
    return pk.integer_graph(model), images


def tied_output(graph, images):
    """The first layer cut down to one output whose sum is a tie, and the pixels that it reads."""
    layer = graph.nodes[0]
    sums = layer.accumulate(images.astype(np.float64), np.float64).astype(np.int64) + layer.bias
    half = 1 << np.maximum(layer.shift.astype(np.int64) - 1, 0)
    floors = sums >> layer.shift
    # Half to even would go down from an even number.
    tied = (sums % (2 * half) == half) & (layer.shift > 2) & (floors % 2 == 0)
    tied &= (floors > 20) & (floors < 99)
    fullest, best = -1, None
    for image, row, column, channel in np.argwhere(tied):
        pixels = images[image, row : row + 3, column : column + 3]
        full = np.count_nonzero(pixels) + np.count_nonzero(layer.kernel[..., channel])
        if full > fullest:
            fullest, best = full, (pixels, channel)
    pixels, channel = best
    chosen = slice(channel, channel + 1)
    scales = layer.weights.scales
    scales = dataclasses.replace(scales, offsets=scales.offsets[chosen])
    small = dataclasses.replace(
        layer,
        inputs=(Tensor("pixels", (3, 3, 1), layer.inputs[0].grid),),
        output=Tensor("output", (1, 1, 1), layer.output.grid),
        kernel=layer.kernel[..., chosen],
        bias=layer.bias[chosen],
        multiplier=layer.multiplier[chosen],
        shift=layer.shift[chosen],
        weights=dataclasses.replace(layer.weights, scales=scales),
        norm=None,
    )
    return pk.IntegerGraph("one", small.inputs, (small,), ("output",)), pixels


def plain_file(tflite):
    """A file of class A as a plain int8 file: the same scales, without room for the half."""
    model = unpack(tflite)
    for tensor in model.subgraphs[0].tensors:
        kind = tensor.name.decode().rpartition(":")[2]
        if kind in ("kernel", "bias"):
            dtype, offset = (np.int8, 0) if kind == "kernel" else (np.int32, A.offset)
            buffer = model.buffers[tensor.buffer]
            stored = np.frombuffer(np.asarray(buffer.data, np.uint8).tobytes(), dtype)
            buffer.data = np.frombuffer(((stored - offset) // A.factor).astype(dtype), np.uint8)
            tensor.quantization.scale = np.asarray(tensor.quantization.scale) * A.factor
    return pack(model)


def measured():
    """What the picture shows, a dict."""
    graph, pixels = tied_output(*trained_graph())
    (layer,) = graph.nodes
    ours = tflite_export.convert(graph, exact="all")
    outputs = {
        kind: {
            NAMES[name]: int(RUNTIMES[name](tflite).run(pixels[None].astype(np.int32))[0].item())
            for name in NAMES
        }
        for kind, tflite in (("ours", ours), ("plain", plain_file(ours)))
    }
    return {
        "pixels": pixels[..., 0].tolist(),
        "weights": layer.kernel[..., 0, 0].tolist(),
        "bias": int(layer.bias[0]),
        "shift": int(layer.shift[0]),
        "exponent": layer.output.grid.exponent,
        "output": int(graph.run(pixels[None]).item()),
        "runtimes": outputs,
    }


def drawn(facts):
    """The picture, SVG as a str."""
    products = np.multiply(facts["pixels"], facts["weights"]).sum()
    total, shift, result = int(products) + facts["bias"], facts["shift"], facts["output"]
    value = result * 2.0 ** facts["exponent"]
    encoded = A.factor * total + A.offset
    weights = np.array(facts["weights"])
    columns = [
        _card(0, 0, "1  Keras: model.fit trains it")
        + _grid(24, 62, facts["pixels"], pixels=True)
        + _text(190, 82, "convolution, norm, ReLU", FAINT)
        + _text(190, 108, "in float32, on a grid of", FAINT)
        + _text(190, 134, f"steps of 2{_raised(facts['exponent'])}", FAINT)
        + _text(190, 172, value, TEAL, 26),
        _card(390, 0, "2  IntegerGraph: the same, in integers")
        + _grid(414, 62, weights)
        + _text(580, 82, f"Σ pixel·weight + {facts['bias']} = {total}")
        + _text(580, 108, f"{total} / 2{_raised(shift)} = {total / 2**shift:g}, a tie", FAINT)
        + _text(580, 148, f"half up: {result}", TEAL, 26)
        + _text(580, 176, f"{result} · 2{_raised(facts['exponent'])} = {value}", FAINT),
        _card(0, 230, "3  .tflite: weights × 4, bias × 4 + 2")
        + _grid(24, 292, A.factor * weights)
        + _text(190, 312, f"the sum is {encoded}")
        + _text(190, 338, f"{encoded} / 2{_raised(shift + 2)} = {encoded / 2 ** (shift + 2):.6g}")
        + _text(190, 378, "no tie can occur", TEAL, 22),
        _card(390, 230, "4  every kernel rounds alike"),
        _text(580, 295, "this file", FAINT),
        _text(668, 295, "plain int8", FAINT),
    ]
    for row, name in enumerate(NAMES.values()):
        y = 324 + 26 * row
        ours, plain = (facts["runtimes"][kind][name] for kind in ("ours", "plain"))
        columns.append(_text(414, y, name))
        columns.append(_text(580, y, ours, TEAL if ours == result else RED, bold=True))
        columns.append(_text(668, y, plain, FAINT if plain == result else RED, bold=True))
    title = "One output integer, from Keras to the devices"
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 770 440" role="img" '
        'font-family="Helvetica, Arial, sans-serif">\n'
        f"<title>{title}</title>\n<desc>{json.dumps(facts)}</desc>\n"
        + "".join(columns)
        + "</svg>\n"
    )


def _card(x, y, title):
    return (
        f'<rect x="{x + 1}" y="{y + 1}" width="378" height="208" rx="10" fill="#f7fafa" '
        f'stroke="{TEAL}"/>\n' + _text(x + 24, y + 36, title, INK, 16, bold=True)
    )


def _text(x, y, content, color=INK, size=15, bold=False):
    weight = ' font-weight="bold"' if bold else ""
    return f'<text x="{x}" y="{y}" font-size="{size}" fill="{color}"{weight}>{content}</text>\n'


def _grid(x, y, numbers, pixels=False):
    parts = []
    for row, line in enumerate(numbers):
        for column, number in enumerate(line):
            fill = f"rgb({number},{number},{number})" if pixels else "#ffffff"
            ink = "#ffffff" if pixels and number < 128 else INK
            left, top = x + 48 * column, y + 42 * row
            parts.append(
                f'<rect x="{left}" y="{top}" width="46" height="40" fill="{fill}" '
                f'stroke="{FAINT}" stroke-width="0.6"/>\n'
                f'<text x="{left + 23}" y="{top + 25}" font-size="14" fill="{ink}" '
                f'text-anchor="middle">{number}</text>\n'
            )
    return "".join(parts)


def _raised(number):
    return str(number).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))


if __name__ == "__main__":
    PICTURE.write_text(drawn(measured()), encoding="utf-8")
    print(f"wrote {PICTURE}")
