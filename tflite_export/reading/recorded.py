"""The graph of a file that `convert` wrote.

The operators hold its integers; the record in the file says which layers they were. The graph made
of both is accepted if it converts to the very operators of the file, so a record cannot lie.
"""

import dataclasses
import inspect
import typing
import warnings
import weakref

import numpy as np

from pikelpn_keras.integer import IntegerGraph, nodes
from pikelpn_keras.integer.grid import Grid
from pikelpn_keras.integer.nodes import LinearNode, Node, Tensor
from tflite_export import metadata
from tflite_export.conversion import convert
from tflite_export.encoding import coded_shift, file_shift
from tflite_export.reading.errors import UnfitRecordError
from tflite_export.reading.parsing import parse
from tflite_export.reading.plain_values import from_plain
from tflite_export.reading.restoring import Remains, array_fields

# int8 tensors hold grids up to this width.
LARGEST_BITS = 8
# By `OperatorList`: converting again is slow, and a list is read, inspected and counted.
_GRAPHS = weakref.WeakKeyDictionary()


def recorded_graph(listed):
    """The `IntegerGraph` of a file by its record.

    Args:
        listed: the file's `OperatorList`.

    Returns:
        the graph, or None where the file has no record or one that does not describe its operators.
    """
    if listed not in _GRAPHS:
        _GRAPHS[listed] = _recorded_graph(listed)
    return _GRAPHS[listed]


def _recorded_graph(listed):
    if metadata.NAME not in listed.metadata or len(listed.subgraphs) != 1:
        return None
    try:
        record = metadata.unpack_record(listed.metadata[metadata.NAME])
        graph = _Restoration(listed.subgraphs[0], record).graph()
        return graph if _converts_to(graph, listed.subgraphs[0]) else None
    # A record that is no record of this package may hold, and so raise, almost anything.
    except (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError):
        return None


class _Restoration:
    """Makes the nodes of a graph, each after those it reads."""

    def __init__(self, subgraph, record):
        self._record = record
        self._stored = subgraph.tensors
        self._indices = {tensor.name: index for index, tensor in enumerate(subgraph.tensors)}
        self._writers = {
            index: operator for operator in subgraph.operators for index in operator.outputs
        }
        self._inputs = [subgraph.tensors[index].name for index in subgraph.inputs]
        self._outputs = [subgraph.tensors[index].name for index in subgraph.outputs]
        self._known = {}

    def graph(self):
        self._known = {name: self._tensor(name) for name in self._inputs}
        restored = []
        for layer in self._record["layers"]:
            node = self._node(layer)
            self._known[node.name] = node.output
            restored.append(node)
        inputs = tuple(self._known[name] for name in self._inputs)
        return IntegerGraph(self._record["model"], inputs, tuple(restored), tuple(self._outputs))

    def _tensor(self, name):
        grid = from_plain(Grid, self._record["grids"][name])
        if not 1 <= grid.bits <= LARGEST_BITS:
            raise UnfitRecordError(f"tensor '{name}' has {grid.bits} bits")
        return Tensor(name, self._stored[self._indices[name]].shape[1:], grid)

    def _node(self, layer):
        node_type = _node_type(layer["operator"])
        hints = typing.get_type_hints(node_type)
        fields = {
            field.name: from_plain(hints[field.name], layer[field.name])
            for field in dataclasses.fields(node_type)
            if field.name in layer
        }
        sources, constants = self._read_by(layer["name"])
        if not sources:
            raise UnfitRecordError(f"'{layer['name']}' reads nothing")
        # A TypeError comes of operators that read more or less than their layer.
        inspect.signature(node_type.run).bind(None, *sources)
        remains = Remains(
            tuple(self._known[name] for name in sources),
            self._tensor(layer["name"]),
            fields,
            layer["encoding"],
            constants,
        )
        trained = fields.get("shift")
        fields.update(array_fields(node_type, remains))
        node = node_type(inputs=remains.inputs, output=remains.output, **fields)
        if not isinstance(node, LinearNode):
            return node
        return _with_trained_shift(node, coded_shift(node) if trained is None else trained)

    def _read_by(self, name):
        """What the operators of a node read: names of graph tensors, and constants."""
        sources, constants, pending = [], {}, [self._indices[name]]
        visits = 0
        while pending:
            tensor = self._stored[pending.pop()]
            visits += 1
            if visits > 2 * len(self._stored):
                raise UnfitRecordError(f"the operators of '{name}' go in circles")
            if tensor.name != name and tensor.name in self._known:
                sources.append(tensor.name)
            elif tensor.data is not None:
                constants[tensor.name.rpartition(":")[2]] = tensor
            else:
                pending.extend(reversed(self._writers[self._indices[tensor.name]].inputs))
        return sources, constants


def _node_type(name):
    node_type = getattr(nodes, name)
    if not issubclass(node_type, Node):
        raise UnfitRecordError(f"the record names the layer class {name!r:.40}")
    return node_type


def _with_trained_shift(node, trained):
    """The node with the shifts that were trained, where those in the file have the same effect."""
    agree = file_shift(dataclasses.replace(node, shift=trained)) == node.shift
    return dataclasses.replace(node, shift=np.where(agree, trained, node.shift))


def converted_again(graph, subgraph):
    """The bytes of a graph, converted with the options that a subgraph was converted with."""
    input_types = {subgraph.tensors[index].dtype for index in subgraph.inputs}
    int4 = any(tensor.dtype == "int4" for tensor in subgraph.tensors)
    with warnings.catch_warnings(action="ignore", category=UserWarning):
        return convert(
            graph,
            input_type="uint8" if input_types == {"uint8"} else "int8",
            weight_storage="int4" if int4 else "int8",
        )


def _converts_to(graph, subgraph):
    """Whether a graph converts to the operators and tensors of a subgraph."""
    (written,) = parse(converted_again(graph, subgraph)).subgraphs
    return (
        (written.operators, written.inputs, written.outputs)
        == (subgraph.operators, subgraph.inputs, subgraph.outputs)
        and len(written.tensors) == len(subgraph.tensors)
        and all(map(_same, written.tensors, subgraph.tensors))
    )


def _same(tensor, other):
    return all(
        np.array_equal(getattr(tensor, field.name), getattr(other, field.name))
        for field in dataclasses.fields(tensor)
    )
