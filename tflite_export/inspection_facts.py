"""What `pikelpn inspect` tells of a .tflite file, whoever wrote it."""

import collections
import dataclasses

import numpy as np

from tflite_export import metadata
from tflite_export.edgetpu.compiled import Package, packages
from tflite_export.edgetpu.operators import Use
from tflite_export.inspection_exactness import EXACT, INEXACT, Exactness, exactness
from tflite_export.operator_list import BrokenFileError, operator_list
from tflite_export.proof import FAMILIES as RUNTIMES
from tflite_export.reading.errors import UnsupportedModelError
from tflite_export.reading.listing import OperatorList, Tensor
from tflite_export.reading.reader import read
from tflite_export.reading.recorded import converted_again, recorded_graph


@dataclasses.dataclass(frozen=True)
class Line:
    """One operator of a file.

    Attributes:
        index: its place in the subgraph.
        operator: its name.
        version: its version.
        reads: the tensors that it reads and the file does not hold.
        writes: the tensors that it writes.
        parameter_bytes: bytes of the constants that it reads.
        weights: type and shape of the largest constant, in words.
        exactness: its `Exactness`.
    """

    index: int
    operator: str
    version: int
    reads: tuple[Tensor, ...]
    writes: tuple[Tensor, ...]
    parameter_bytes: int
    weights: str
    exactness: Exactness


@dataclasses.dataclass(frozen=True)
class Facts:
    """What there is to tell of a file.

    Attributes:
        listed: the `OperatorList`.
        lines: for each subgraph its lines.
        origin: what `read` makes of the file, in words.
        packages: what the file holds for an Edge TPU.
    """

    listed: OperatorList
    lines: tuple[tuple[Line, ...], ...]
    origin: str
    packages: tuple[Package, ...]

    @property
    def parameter_bytes(self):
        """Bytes of all constants; one that several operators read counts once."""
        buffers = {}
        for subgraph in self.listed.subgraphs:
            for tensor in subgraph.tensors:
                if tensor.stored_bytes:
                    address = tensor.data.__array_interface__["data"][0]
                    buffers[tensor.dtype, address] = tensor.stored_bytes
        return sum(buffers.values())

    @property
    def counts(self):
        """How many operators have each verdict, by verdict."""
        return collections.Counter(line.exactness.verdict for lines in self.lines for line in lines)


def facts(file):
    """Collects the `Facts` of a file.

    Args:
        file: the file's path, its bytes, or its `OperatorList`.

    Raises:
        BrokenFileError: a ValueError, if it is no .tflite file or is damaged.
        OSError: if there is no such file.

    Example:

    >>> from pikelpn_keras.integer import Grid, IntegerGraph
    >>> from pikelpn_keras.integer.nodes import Add, Tensor
    >>> from tflite_export import convert
    >>> x, y = Tensor("x", (4,), Grid(-8)), Tensor("y", (4,), Grid(-8))
    >>> found = facts(convert(IntegerGraph("double", (x,), (Add((x, x), y),), ("y",))))
    >>> found.counts["exact"], found.origin
    (1, 'converted by PikeLPN for Keras 3; it reads back as the graph it was converted from')
    """
    listed = operator_list(file)
    graph = recorded_graph(listed)
    proven = {} if graph is None else _proven(graph, listed.subgraphs[0])
    return Facts(
        listed=listed,
        lines=tuple(_lines(subgraph, proven) for subgraph in listed.subgraphs),
        origin=_origin(listed, graph),
        packages=_packages(listed),
    )


def _proven(graph, subgraph):
    """What is proven of the layers of a converted graph, by name; their record might lie."""
    layers = metadata.read_record(converted_again(graph, subgraph))["layers"]
    return {layer["name"]: _of_record(layer) for layer in layers}


def _of_record(layer):
    if set(layer["exact"]) >= set(RUNTIMES):
        return Exactness(EXACT, layer["encoding"])
    reason = "; ".join(
        f"{failure['reason']} ({', '.join(failure['runtimes'])})" for failure in layer["unproven"]
    )
    return Exactness(INEXACT, layer["encoding"], reason)


def _lines(subgraph, proven):
    lines = []
    for index, operator in enumerate(subgraph.operators):
        inputs = tuple(subgraph.tensors[i] if i >= 0 else None for i in operator.inputs)
        writes = tuple(subgraph.tensors[i] for i in operator.outputs)
        constants = [tensor for tensor in inputs if tensor is not None and tensor.stored_bytes]
        largest = max(constants, key=lambda tensor: tensor.stored_bytes, default=None)
        layer = writes[0].name.partition(":")[0] if writes else ""
        lines.append(
            Line(
                index=index,
                operator=operator.name or "(custom operator without a name)",
                version=operator.version,
                reads=tuple(t for t in inputs if t is not None and not t.stored_bytes),
                writes=writes,
                parameter_bytes=sum(tensor.stored_bytes for tensor in constants),
                weights=f"{largest.dtype} {largest.shape}" if largest else "",
                exactness=proven.get(layer) or exactness(Use(operator, inputs, writes)),
            )
        )
    return tuple(lines)


def _origin(listed, graph):
    if graph is not None:
        return (
            f"converted by {listed.description}; it reads back as the graph it was converted from"
        )
    try:
        read(listed)
    except (UnsupportedModelError, BrokenFileError) as error:
        return f"not written by this project, and without an IntegerGraph: {error}"
    return "not written by this project; it reads as a graph of plain 8-bit operators"


def _packages(listed):
    try:
        return tuple(packages(listed))
    except BrokenFileError:
        return ()


def grid_of(tensor):
    """Where a tensor's values lie, in words.

    Example:

    >>> grid_of(Tensor("x", (4,), "int8", np.float32([0.25]), np.array([-128])))
    '2^-2, zero point -128'
    """
    if not tensor.scales.size:
        return ""
    if tensor.scales.size > 1:
        return f"{tensor.scales.size} scales along axis {tensor.quantized_dimension}"
    scale = float(tensor.scales[0])
    mantissa, exponent = np.frexp(scale)
    text = f"2^{int(exponent) - 1}" if mantissa == 0.5 else f"{scale:.6g}"
    zero_point = int(tensor.zero_points[0]) if tensor.zero_points.size else 0
    return f"{text}, zero point {zero_point}" if zero_point else text
