"""`predict`: what the Edge TPU compiler will map, operator by operator.

No compiler is asked: it is closed, and this table may lag behind it. So the result is called a
prediction, everywhere.
"""

import dataclasses

from tflite_export.edgetpu.operators import PARSED, SUPPORTED, Use
from tflite_export.operator_list import operator_list

# The compiler's own words.
MAPPED = "Mapped to Edge TPU"
UNSUPPORTED = "Operation not supported"
VERSION = "Operation version not supported"
DATA_TYPE = "Operation is working on an unsupported data type"
RANK = "Tensor has unsupported rank (up to 3 innermost dimensions mapped)"
LIMITED = "Operation is otherwise supported, but not mapped due to some unspecified limitation"
AFTER_CUT = "More than one subgraph is not supported"

COMPILER = "16.0"
MIB = 2**20
# Of 8 MiB on the chip, logs of the compiler show that so much is left to cache parameters.
CACHE_BYTES = (int(6.1 * MIB), int(7.6 * MIB))
MAPPED_DIMENSIONS = 3


@dataclasses.dataclass(frozen=True)
class Verdict:
    """The prediction for one operator.

    Attributes:
        index: its place in the file.
        operator: its name.
        version: its version.
        writes: name of the tensor that it writes.
        status: the words that the compiler is expected to use.
        reason: why it is not mapped; empty where it is.
        remedy: what to do about it.
        parameter_bytes: bytes of constants that it reads.
    """

    index: int
    operator: str
    version: int
    writes: str
    status: str
    reason: str
    remedy: str
    parameter_bytes: int

    @property
    def mapped(self):
        """Whether it is expected to run on the Edge TPU."""
        return self.status == MAPPED


@dataclasses.dataclass(frozen=True)
class Prediction:
    """What compiler 16.0 is expected to do with a file.

    Attributes:
        verdicts: one for each operator of the first subgraph.
        refused: why the compiler would not read the file at all; empty where it would.
        runtime: the Edge TPU runtime that the mapped operators need.
    """

    verdicts: tuple[Verdict, ...]
    refused: str
    runtime: int

    @property
    def cut(self):
        """The `Verdict` from which on everything runs on the CPU, or None."""
        mapped_yet = False
        for verdict in self.verdicts:
            if mapped_yet and not verdict.mapped:
                return verdict
            mapped_yet = mapped_yet or verdict.mapped
        return None

    @property
    def all_mapped(self):
        """Whether every operator is expected to run on the Edge TPU."""
        mapped = all(verdict.mapped for verdict in self.verdicts)
        return bool(self.verdicts) and mapped and not self.refused

    @property
    def parameter_bytes(self):
        """Bytes of the constants of mapped operators."""
        return sum(verdict.parameter_bytes for verdict in self.verdicts if verdict.mapped)

    @property
    def memory(self):
        """Where the parameters will lie, in words."""
        size, (surely, at_most) = self.parameter_bytes, CACHE_BYTES
        if size <= surely:
            return f"{size:,} bytes of parameters, all cached on the chip"
        if size <= at_most:
            return f"{size:,} bytes of parameters, cached on the chip or streamed in part"
        return (
            f"{size:,} bytes of parameters, of which {size - at_most:,} or more are streamed at "
            "each inference, which decides the speed"
        )

    def __str__(self):
        return "\n".join(self._lines())

    def _lines(self):
        yield f"prediction for the Edge TPU compiler {COMPILER}; only the compiler itself can tell"
        if self.refused:
            yield f"the compiler will refuse the file: {self.refused}"
        mapped = sum(verdict.mapped for verdict in self.verdicts)
        yield f"{mapped} of {len(self.verdicts)} operators mapped"
        if mapped:
            yield f"runtime {self.runtime} or newer is needed"
        yield self.memory
        cut = self.cut
        if cut is not None:
            yield f"everything from operator {cut.index} ({cut.operator}) on runs on the CPU"
        for verdict in self.verdicts:
            yield (f"{verdict.index:4} {verdict.operator:24} {verdict.version:3}  {verdict.status}")
            if verdict.reason:
                yield f"     '{verdict.writes}': {verdict.reason}; {verdict.remedy}"


def predict(file):
    """Predicts what the Edge TPU compiler 16.0 maps of a file.

    The graph is cut once: from the first operator that is not mapped on, all run on the CPU.
    Operators before the first mapped one, such as the QUANTIZE of a float input, cut nothing.

    Args:
        file: the file's path, its bytes, or its `OperatorList`.

    Returns:
        a `Prediction`.

    Raises:
        BrokenFileError: a ValueError, if it is no .tflite file or is damaged.
        OSError: if there is no such file.

    Example:

    >>> from pikelpn_keras.integer import Grid, IntegerGraph
    >>> from pikelpn_keras.integer.nodes import Add, Tensor
    >>> from tflite_export import convert
    >>> x, y = Tensor("x", (4,), Grid(-8)), Tensor("y", (4,), Grid(-8))
    >>> predict(convert(IntegerGraph("double", (x,), (Add((x, x), y),), ("y",)))).all_mapped
    True
    """
    listed = operator_list(file)
    if not listed.subgraphs:
        return Prediction((), "it has no subgraph", 0)
    tensors, verdicts, cut = listed.subgraphs[0].tensors, [], False
    for index, operator in enumerate(listed.subgraphs[0].operators):
        use = Use(
            operator,
            tuple(tensors[i] if i >= 0 else None for i in operator.inputs),
            tuple(tensors[i] for i in operator.outputs),
        )
        status, reason, remedy = _status(use)
        if cut and status == MAPPED:
            status, reason, remedy = AFTER_CUT, "", ""
        verdicts.append(_verdict(index, use, status, reason, remedy))
        mapped_yet = any(verdict.mapped for verdict in verdicts)
        cut = cut or (mapped_yet and status != MAPPED)
    supports = [SUPPORTED[verdict.operator].runtime for verdict in verdicts if verdict.mapped]
    return Prediction(tuple(verdicts), _refusal(listed), max(supports, default=0))


def _verdict(index, use, status, reason, remedy):
    constants = [tensor for tensor in use.inputs if tensor is not None]
    return Verdict(
        index=index,
        operator=use.operator.name,
        version=use.operator.version,
        writes=use.outputs[0].name if use.outputs else "",
        status=status,
        reason=reason,
        remedy=remedy,
        parameter_bytes=sum(tensor.stored_bytes for tensor in constants),
    )


def _status(use):
    """(status, reason, remedy) of an operator by itself."""
    support = SUPPORTED.get(use.operator.name)
    if support is None:
        return UNSUPPORTED, "the Edge TPU has no such operator", _remedy(use.operator.name)
    if use.operator.version > support.version:
        return VERSION, f"version {use.operator.version} is beyond {support.version}", _OLDER
    if not use.inputs or not use.outputs or use.inputs[0] is None:
        return LIMITED, "it lacks inputs or outputs", "convert the model again"
    for tensor in (*use.inputs, *use.outputs):
        if tensor is not None:
            found = _tensor_status(tensor)
            if found is not None:
                return found
    for limit in support.limits:
        if limit.broken(use):
            return LIMITED, f"limit of the Edge TPU: {limit.rule}", limit.remedy
    return MAPPED, "", ""


_OLDER = "use a converter that writes older operator versions"
# What `mapping` writes in other operators.
_OTHERWISE = ("DEPTH_TO_SPACE", "FULLY_CONNECTED")
_EXPORT = "of this library, export the model with --target=edgetpu"
_CONSTANT_TYPES = ("int8", "uint8", "int32", "int64")


def _remedy(name):
    return _EXPORT if name in _OTHERWISE else "end the mapped part before it"


def _tensor_status(tensor):
    """What is wrong with a tensor: (status, reason, remedy), or None."""
    constant = tensor.data is not None
    if tensor.dtype not in (_CONSTANT_TYPES if constant else ("int8", "uint8")):
        reason = f"tensor '{tensor.name}' is {tensor.dtype}"
        return DATA_TYPE, reason, "quantize weights and activations to 8 bits"
    if constant:
        return None
    if -1 in (*tensor.shape, *tensor.shape_signature[1:]):
        reason = f"tensor '{tensor.name}' has the open shape {tensor.shape_signature}"
        return LIMITED, reason, "fix all sizes before converting"
    if any(size != 1 for size in tensor.shape[:-MAPPED_DIMENSIONS]):
        reason = f"tensor '{tensor.name}' has the shape {tensor.shape}"
        return RANK, reason, "use a batch of 1, and images of three dimensions"
    return None


def _refusal(listed):
    """Why the compiler does not even read the file: a version that its TensorFlow lacks."""
    for subgraph in listed.subgraphs:
        for operator in subgraph.operators:
            if operator.custom and operator.name == "edgetpu-custom-op":
                return "it has been compiled already"
            known = SUPPORTED.get(operator.name)
            newest = known.version if known else PARSED.get(operator.name)
            if newest is not None and operator.version > newest:
                return (
                    f"it does not know {operator.name} version {operator.version}, only up to "
                    f"{newest}; {_EXPORT if operator.name in _OTHERWISE else _OLDER}"
                )
    return ""
