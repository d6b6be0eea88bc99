"""From the operators of a .tflite file to their `Workload`."""

import dataclasses
import os
import pathlib

from pikelpn_keras import cost
from pikelpn_keras.cost.work import Activations, Layer, Work, Workload
from tflite_export.costing.registry import Call, counter_of, format_of, holds_numbers
from tflite_export.operator_list import BrokenFileError, operator_list
from tflite_export.reading.recorded import recorded_graph


def workload(file, name=None, subgraph=0):
    """The `Workload` of a .tflite file: what one run of a subgraph computes.

    Integer operators are counted as kernels compute them: accumulators as wide as the weights in
    the file prove, one fixed-point product and one shift for each output, or the shift alone where
    the scales' ratio is a power of two (or one float32 beside it, as tie-free encodings have it).
    Operators that are not known are listed in `Workload.unknown`, not guessed.

    A file that `convert` wrote is counted as the graph that it was written from: tie-free encodings
    write larger weights and averages as convolutions, which no accelerator for it would compute.

    Args:
        file: path or bytes of the file, or its `OperatorList`.
        name: name of the workload; by default that of the file.
        subgraph: which to count of several: its place, its signature or its name. What an operator
            such as WHILE runs in another subgraph is counted there alone.

    Returns:
        a `Workload`, which `pikelpn_keras.cost` takes as a model.

    Raises:
        BrokenFileError: a ValueError, if the file is damaged or has no subgraph.
        ValueError: if there is no such subgraph.
        OSError: if there is no such file.

    Example:

    >>> from pikelpn_keras.integer import Grid, IntegerGraph
    >>> from pikelpn_keras.integer.nodes import Add, Tensor
    >>> from tflite_export import convert
    >>> x, y = Tensor("x", (4,), Grid(-8)), Tensor("y", (4,), Grid(-8))
    >>> graph = IntegerGraph("double", (x,), (Add((x, x), y),), ("y",))
    >>> [str(entry) for entry in workload(convert(graph)).operations][0]
    '4 add int8 x int8 (residual)'
    """
    listed = operator_list(file)
    name = name or _name_of(file)
    if not listed.subgraphs:
        raise BrokenFileError("this .tflite file has no subgraph, so it computes nothing")
    chosen = listed.subgraphs[listed.subgraph_index(subgraph)]
    graph = recorded_graph(listed)
    if graph is not None:
        return dataclasses.replace(cost.workload(graph), name=name)
    subgraph = _closed(chosen)
    names = _unique_names(subgraph.tensors)
    constants = {i: t for i, t in enumerate(subgraph.tensors) if t.data is not None}
    layers = [_layer(operator, subgraph, names, constants) for operator in subgraph.operators]
    return Workload(
        name=name,
        layers=tuple(layers),
        inputs=_activations(subgraph, names, subgraph.inputs),
        outputs=tuple(names[i] for i in subgraph.outputs),
    )


def workloads(file):
    """The `Workload` of each subgraph of a .tflite file, in order; `workload` says how.

    Those of several subgraphs are called by the file's name with that of the subgraph behind.

    Args:
        file: path or bytes of the file, or its `OperatorList`.

    Example:

    >>> from tflite_export.operator_list import OperatorList, Subgraph
    >>> parts = tuple(Subgraph(name, (), (), (), ()) for name in ("main", ""))
    >>> [part.name for part in workloads(OperatorList(parts, "", {}, (), 0))]
    ['model:main', 'model:1']
    """
    listed, name = operator_list(file), _name_of(file)
    if len(listed.subgraphs) < 2:
        return (workload(listed, name),)
    return tuple(
        workload(listed, f"{name}:{subgraph.name or index}", index)
        for index, subgraph in enumerate(listed.subgraphs)
    )


def _name_of(file):
    return pathlib.Path(file).stem if isinstance(file, str | os.PathLike) else "model"


def _closed(subgraph):
    """The subgraph with 1 for each size that is open, such as that of the batch."""
    tensors = (
        dataclasses.replace(tensor, shape=tuple(1 if size < 0 else size for size in tensor.shape))
        for tensor in subgraph.tensors
    )
    return dataclasses.replace(subgraph, tensors=tuple(tensors))


def _layer(operator, subgraph, names, constants):
    call = Call(
        operator,
        tuple(None if i < 0 else constants.get(i, subgraph.tensors[i]) for i in operator.inputs),
        tuple(subgraph.tensors[i] for i in operator.outputs),
    )
    if operator.name == "DEQUANTIZE" and operator.inputs[0] in constants:
        constants[operator.outputs[0]] = constants[operator.inputs[0]]
    return Layer(
        # Converters join the names of all that they fuse.
        name=names[operator.outputs[0]].split(";")[0] if operator.outputs else operator.name,
        kind=operator.name,
        work=_work(call),
        outputs=_activations(subgraph, names, [i for i in operator.outputs if i not in constants]),
        reads=tuple(names[i] for i in operator.inputs if i >= 0 and i not in constants),
    )


def _work(call):
    """The work of an operator; one of whose parts make no sense to us is listed as unknown."""
    counter = None if call.operator.custom else counter_of(call.operator.name)
    if counter is None or not call.outputs:
        return Work(unknown=(call.operator.name,))
    try:
        return counter(call)
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError):
        # A file by others may have operands that its operator does not allow.
        return Work(unknown=(f"{call.operator.name} of unusual operands",))


def _activations(subgraph, names, indices):
    """The tensors of some indices; strings and handles of resources are none."""
    tensors = {index: subgraph.tensors[index] for index in indices}
    return tuple(
        Activations(names[index], tensor.shape, format_of(tensor))
        for index, tensor in tensors.items()
        if holds_numbers(tensor)
    )


def _unique_names(tensors):
    """A name for each tensor: its own, with its number behind where that is empty or taken."""
    taken, names = set(), []
    for index, tensor in enumerate(tensors):
        name = tensor.name or f"tensor_{index}"
        names.append(f"{name}_{index}" if name in taken else name)
        taken.add(names[-1])
    return names
