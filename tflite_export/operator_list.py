"""What stands in a .tflite file, whoever wrote it: tensors, operators and their options.

The file is read as it is. Nothing of it is computed, and operators may be unknown.
"""

import os
import pathlib

from tflite_export.reading.errors import BrokenFileError
from tflite_export.reading.listing import Operator, OperatorList, Subgraph, Tensor
from tflite_export.reading.parsing import parse

__all__ = ["BrokenFileError", "Operator", "OperatorList", "Subgraph", "Tensor", "operator_list"]


def operator_list(file):
    """Lists what stands in a .tflite file.

    Args:
        file: the file's path or its bytes; or its `OperatorList`, which is returned as it is.

    Returns:
        an `OperatorList`. Its arrays are views of the file; memory stays within a multiple of the
        file's size.

    Raises:
        BrokenFileError: a ValueError, if it is no .tflite file or is damaged.
        OSError: if there is no such file, or it may not be read.

    Example:

    >>> from pikelpn_keras.integer import Grid, IntegerGraph
    >>> from pikelpn_keras.integer.nodes import Add, Tensor
    >>> from tflite_export import convert
    >>> x, y = Tensor("x", (4,), Grid(-8)), Tensor("y", (4,), Grid(-8))
    >>> graph = IntegerGraph("double", (x,), (Add((x, x), y),), ("y",))
    >>> (subgraph,) = operator_list(convert(graph)).subgraphs
    >>> operator = subgraph.operators[0]
    >>> operator.name, operator.version, operator.options["fused_activation_function"]
    ('ADD', 2, 'NONE')
    >>> subgraph.tensors[operator.outputs[0]].shape
    (1, 4)
    """
    if isinstance(file, OperatorList):
        return file
    content = content_of(file)
    try:
        return parse(content)
    except BrokenFileError as error:
        if isinstance(file, str | os.PathLike):
            raise BrokenFileError(f"{os.fspath(file)}: {error}") from None
        raise


def content_of(path_or_bytes):
    """The bytes of a file given by its path or as bytes.

    Raises:
        ValueError: if it is neither.
        OSError: if there is no such file.

    Example:

    >>> content_of(bytearray(b"TFL3"))
    b'TFL3'
    """
    if isinstance(path_or_bytes, bytes | bytearray | memoryview):
        return bytes(path_or_bytes)
    if isinstance(path_or_bytes, str | os.PathLike):
        return pathlib.Path(path_or_bytes).read_bytes()
    raise ValueError(
        f"the path or the bytes of a .tflite file are needed, not {path_or_bytes!r:.60}"
    )
