"""What the Edge TPU compiler wrote: the custom operator of a compiled model.

Source: google-coral/libedgetpu, `executable/executable.fbs`. The options of the operator hold a
flatbuffer of the table Package, whose executables are flatbuffers again.
"""

import dataclasses

from flatbuffers.number_types import Int16Flags, Int32Flags, Int64Flags, Uint8Flags, Uint64Flags

from tflite_export.operator_list import operator_list
from tflite_export.reading.tables import CheckedFile

OPERATOR = "edgetpu-custom-op"
IDENTIFIER = b"DWN1"
KINDS = {0: "stand alone", 1: "parameter caching", 2: "execution only"}


@dataclasses.dataclass(frozen=True)
class Executable:
    """A program for the chip.

    Attributes:
        kind: "stand alone", "parameter caching" or "execution only".
        chip: the chip's name, such as "beagle".
        parameter_bytes: bytes of parameters: cached on the chip by a parameter-caching executable,
            streamed at each inference by others.
        instruction_bytes: bytes of instructions.
        estimated_cycles: the compiler's estimate, 0 where it gives none.
        caching_token: models compiled together have one token and share the cache.
    """

    kind: str
    chip: str
    parameter_bytes: int
    instruction_bytes: int
    estimated_cycles: int
    caching_token: int


@dataclasses.dataclass(frozen=True)
class Package:
    """The content of one custom operator.

    Attributes:
        minimum_runtime: the Edge TPU runtime that it needs.
        compiler: the compiler's version, as it states it.
        executables: its executables.
    """

    minimum_runtime: int
    compiler: str
    executables: tuple[Executable, ...]

    @property
    def cached_bytes(self):
        """Bytes of parameters that stay on the chip."""
        kinds = [e.parameter_bytes for e in self.executables if e.kind == KINDS[1]]
        return sum(kinds)

    @property
    def streamed_bytes(self):
        """Bytes of parameters that are sent at each inference: the number that decides speed."""
        return sum(e.parameter_bytes for e in self.executables if e.kind != KINDS[1])


def packages(file):
    """The `Package` of each custom operator of a compiled model, in order.

    Args:
        file: the file's path, its bytes, or its `OperatorList`.

    Returns:
        list; empty for a file that was not compiled.

    Raises:
        BrokenFileError: a ValueError, if the file or a package is damaged.
        OSError: if there is no such file.

    Example:

    >>> from pikelpn_keras.integer import Grid, IntegerGraph
    >>> from pikelpn_keras.integer.nodes import Add, Tensor
    >>> from tflite_export import convert
    >>> x, y = Tensor("x", (4,), Grid(-8)), Tensor("y", (4,), Grid(-8))
    >>> packages(convert(IntegerGraph("double", (x,), (Add((x, x), y),), ("y",))))
    []
    """
    return [
        _package(operator.custom_options)
        for subgraph in operator_list(file).subgraphs
        for operator in subgraph.operators
        if operator.custom and operator.name == OPERATOR
    ]


def _package(options):
    # The flatbuffer lies within a flexbuffer; its identifier stands at byte 4.
    start = max(options.find(IDENTIFIER) - 4, 0)
    package = CheckedFile(options[start:], IDENTIFIER).root
    nested = package.numbers(1, Uint8Flags).tobytes()
    programs = CheckedFile(nested).root.strings(0)
    return Package(
        minimum_runtime=package.scalar(0, Int32Flags),
        compiler=package.text(4),
        executables=tuple(_executable(CheckedFile(program).root) for program in programs),
    )


def _executable(table):
    return Executable(
        kind=KINDS.get(table.scalar(13, Int16Flags), "unknown"),
        chip=table.text(10),
        parameter_bytes=table.numbers(6, Uint8Flags).size,
        instruction_bytes=sum(part.numbers(0, Uint8Flags).size for part in table.tables(5)),
        estimated_cycles=table.scalar(16, Int64Flags) or table.scalar(11, Int32Flags),
        caching_token=table.scalar(14, Uint64Flags),
    )
