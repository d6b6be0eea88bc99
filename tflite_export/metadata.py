"""The record of a model's quantization that travels in its .tflite file."""

import dataclasses
import hashlib
import json
import zlib
from collections.abc import Mapping

import numpy as np

from pikelpn_keras.integer.nodes import LinearNode
from pikelpn_keras.version import __version__
from tflite_export.encoding import coded_shift
from tflite_export.flatbuffer import unpack

NAME = "pikelpn"
# Raised when a reader of old records would misread new ones.
FORMAT = 2
# A record that claims to be larger is refused before memory runs out. Those of deep models, whose
# layers are alike, inflate to 50 times their size.
MOST_BYTES = 2**26
MOST_INFLATION, INFLATION_FLOOR = 128, 2**16
_NOT_RECORDED = {"kernel", "bias", "shift", "multiplier", "table", "inputs", "output"}


def record_of(graph, proofs):
    """The record of a converted graph.

    Args:
        graph: the `IntegerGraph`.
        proofs: the `Proof` of each node, in the order of the nodes.

    Returns:
        bytes of `pack_record`: a digest of the graph's integers, grids of all tensors with their
        true exponents and, for each layer, its quantizer and scale codes, its norm codes, its
        encoding class and what is proven of it; shifts only where the codes do not say them.
    """
    record = {
        "format": FORMAT,
        "version": __version__,
        "model": graph.name,
        "digest": digest_of(graph),
        "grids": {tensor.name: tensor.grid for tensor in graph.tensors.values()},
        "layers": [
            _layer_record(node, proof) for node, proof in zip(graph.nodes, proofs, strict=True)
        ],
    }
    return pack_record(record)


def pack_record(record):
    """The bytes of a record: JSON with sorted keys, deflated to a tenth (zlib).

    Args:
        record: a dict of what JSON can hold, dataclasses and arrays.

    Example:

    >>> unpack_record(pack_record({"format": FORMAT, "layers": []}))
    {'format': 2, 'layers': []}
    """
    text = json.dumps(record, default=_plain, sort_keys=True, separators=(",", ":"))
    return zlib.compress(text.encode(), 9)


def unpack_record(data):
    """What `pack_record` made the bytes `data` of.

    Raises:
        ValueError: if they are damaged, or larger than any record.
    """
    inflate = zlib.decompressobj()
    try:
        most = min(MOST_BYTES, MOST_INFLATION * len(data) + INFLATION_FLOOR)
        text = inflate.decompress(data, most)
        if not inflate.eof:
            raise ValueError("it is cut short or too large")
        return json.loads(text)
    except (zlib.error, ValueError) as error:
        raise ValueError(
            f"the file's record of a PikeLPN model is damaged ({error}); convert the model again"
        ) from None


def digest_of(graph):
    """A fingerprint of what a graph computes: its operators, their integers and their grids.

    Args:
        graph: an `IntegerGraph`.

    Returns:
        str of 64 hexadecimal digits.
    """
    digest = hashlib.sha256()
    for node in graph.nodes:
        digest.update(repr((type(node).__name__, node.inputs, node.output)).encode())
        for field in dataclasses.fields(node):
            value = getattr(node, field.name)
            if isinstance(value, np.ndarray):
                digest.update(value.tobytes())
    return digest.hexdigest()


def read_record(tflite):
    """The record of a file that `convert` wrote.

    Args:
        tflite: bytes of the file.

    Returns:
        dict with the keys "format", "version", "model", "digest", "grids" and "layers".

    Raises:
        ValueError: if the file holds no record, or a damaged one.

    Example:

    >>> from pikelpn_keras.integer import Grid, IntegerGraph
    >>> from pikelpn_keras.integer.nodes import Add, Tensor
    >>> from tflite_export import convert
    >>> x, y = Tensor("x", (4,), Grid(-8)), Tensor("y", (4,), Grid(-8))
    >>> record = read_record(convert(IntegerGraph("double", (x,), (Add((x, x), y),), ("y",))))
    >>> record["grids"]["y"]
    {'bits': 8, 'exponent': -8, 'signed': True}
    >>> record["layers"][0]["exact"]
    ['keras', 'xnnpack', 'builtin', 'reference', 'tflm']
    """
    model = unpack(tflite)
    for entry in model.metadata or ():
        if entry.name == NAME.encode():
            return unpack_record(bytes(model.buffers[entry.buffer].data))
    raise ValueError("the file holds no record of a PikeLPN model; was it written by convert?")


def _layer_record(node, proof):
    fields = {
        field.name: getattr(node, field.name)
        for field in dataclasses.fields(node)
        if field.name not in _NOT_RECORDED
    }
    if isinstance(node, LinearNode) and not np.array_equal(node.shift, coded_shift(node)):
        # The file may hold another shift of equal effect.
        fields["shift"] = node.shift
    return {
        "name": node.name,
        "operator": type(node).__name__,
        "encoding": proof.encoding,
        "bounds": proof.bounds,
        "exact": proof.exact,
        "unproven": proof.failures,
        **fields,
    }


def _plain(value):
    """What `json` shall write for an object that it does not know."""
    if dataclasses.is_dataclass(value):
        return {f.name: getattr(value, f.name) for f in dataclasses.fields(value)}
    if isinstance(value, np.ndarray):
        return value.tolist()
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"a quantization record cannot hold {type(value).__name__} {value!r}")
