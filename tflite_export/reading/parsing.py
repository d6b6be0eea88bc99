"""From the bytes of a .tflite file to an `OperatorList`."""

import io
import struct
import zipfile

import numpy as np
from ai_edge_litert import schema_py_generated as schema
from flatbuffers.number_types import (
    BoolFlags,
    Float32Flags,
    Int8Flags,
    Int32Flags,
    Int64Flags,
    Uint8Flags,
    Uint32Flags,
    Uint64Flags,
)

from tflite_export.flatbuffer import FILE_IDENTIFIER
from tflite_export.reading.errors import BrokenFileError
from tflite_export.reading.listing import Operator, OperatorList, Subgraph, Tensor
from tflite_export.reading.options import names_of, options_of
from tflite_export.reading.tables import CheckedFile
from tflite_export.reading.tensor_data import PACKED, decode

OPERATOR_NAMES = names_of(schema.BuiltinOperator)
TYPE_NAMES = names_of(schema.TensorType)
# No runtime takes tensors of more dimensions.
LARGEST_RANK = 64


def parse(content):
    """The `OperatorList` of a file.

    Args:
        content: bytes.

    Raises:
        BrokenFileError: if it is no .tflite file or is damaged.
    """
    model = CheckedFile(content, FILE_IDENTIFIER).root
    codes = [_operator_code(table) for table in model.tables(1)]
    buffers = [_buffer(table) for table in model.tables(4)]
    subgraphs = tuple(_subgraph(table, codes, buffers) for table in model.tables(2))
    return OperatorList(
        subgraphs=subgraphs,
        description=model.text(3),
        metadata={
            table.text(0): _entry(buffers, table.scalar(1, Uint32Flags), "buffer").tobytes()
            for table in model.tables(6)
        },
        attachments=_attachments(content),
        size=len(content),
        signatures=_signatures(model.tables(7), len(subgraphs)),
    )


def _entry(entries, index, kind):
    if not 0 <= index < len(entries):
        raise BrokenFileError(
            f"this .tflite file is damaged: it refers to {kind} {index} of {len(entries)}"
        )
    return entries[index]


def _signatures(tables, count):
    signatures = {table.text(2): table.scalar(4, Uint32Flags) for table in tables}
    for name, index in signatures.items():
        if index >= count:
            raise BrokenFileError(
                f"this .tflite file is damaged: signature '{name}' runs subgraph {index} of {count}"
            )
    return signatures


def _operator_code(table):
    """(name, version, whether it is a custom operator)."""
    # Files from before TensorFlow 2.4 have the first of the two fields alone.
    code = max(table.scalar(0, Int8Flags), table.scalar(3, Int32Flags))
    version = table.scalar(2, Int32Flags, default=1)
    if code == schema.BuiltinOperator.CUSTOM:
        return table.text(1), version, True
    return OPERATOR_NAMES.get(code, f"OPERATOR_{code}"), version, False


def _buffer(table):
    """The bytes of a buffer; those of large files lie behind the flatbuffer."""
    start, size = table.scalar(1, Uint64Flags), table.scalar(2, Uint64Flags)
    # The values 0 and 1 stand for none.
    if start > 1 and size:
        return table.file.numbers(start, size, np.uint8)
    return table.numbers(0, Uint8Flags)


def _subgraph(table, codes, buffers):
    tensors = tuple(_tensor(tensor, buffers) for tensor in table.tables(0))
    return Subgraph(
        name=table.text(4),
        tensors=tensors,
        operators=tuple(_operator(op, codes, len(tensors)) for op in table.tables(3)),
        inputs=_indices(table, 1, len(tensors)),
        outputs=_indices(table, 2, len(tensors)),
    )


def _indices(table, slot, count, lowest=0):
    indices = table.numbers(slot, Int32Flags)
    if indices.size and not (lowest <= indices.min() and indices.max() < count):
        raise BrokenFileError(
            f"this .tflite file is damaged: it refers to tensors {indices.min()} to "
            f"{indices.max()} of {count}"
        )
    return tuple(indices.tolist())


def _operator(table, codes, tensors):
    name, version, custom = _entry(codes, table.scalar(0, Uint32Flags), "operator code")
    return Operator(
        name=name,
        version=version,
        inputs=_indices(table, 1, tensors, lowest=-1),
        outputs=_indices(table, 2, tensors),
        options=options_of(table),
        custom=custom,
        custom_options=_custom_options(table),
    )


def _custom_options(table):
    start, size = table.scalar(9, Uint64Flags), table.scalar(10, Uint64Flags)
    if start > 1 and size:
        return table.file.numbers(start, size, np.uint8).tobytes()
    return table.numbers(5, Uint8Flags).tobytes()


def _tensor(table, buffers):
    name, shape = table.text(3), table.numbers(0, Int32Flags)
    if len(shape) > LARGEST_RANK:
        raise BrokenFileError(
            f"this .tflite file is damaged: tensor '{name}' has {len(shape)} dimensions"
        )
    number = table.scalar(1, Int8Flags)
    dtype = TYPE_NAMES.get(number, f"type {number}").lower()
    stored = _entry(buffers, table.scalar(2, Uint32Flags), "buffer")
    if dtype in PACKED:
        # Unpacking takes memory; other data are views of the file.
        table.file.charge(stored.size * 8 // PACKED[dtype][0])
    sparse = table.table(6) is not None
    return Tensor(
        name=name,
        shape=tuple(shape.tolist()),
        dtype=dtype,
        data=decode(name, stored, "sparse" if sparse else dtype, shape.tolist()),
        stored_bytes=stored.size,
        sparse=sparse,
        shape_signature=tuple(table.numbers(7, Int32Flags).tolist()),
        is_variable=bool(table.scalar(5, BoolFlags)),
        **_quantization(name, table.table(4)),
    )


def _quantization(name, table):
    if table is None:
        return {"scales": np.empty(0, np.float32), "zero_points": np.empty(0, np.int64)}
    scales = table.numbers(2, Float32Flags)
    zero_points = table.numbers(3, Int64Flags)
    if len(zero_points) not in (0, len(scales)):
        raise BrokenFileError(
            f"this .tflite file is damaged: tensor '{name}' has {len(scales)} scales and "
            f"{len(zero_points)} zero points"
        )
    return {
        "scales": scales,
        "zero_points": zero_points,
        "quantized_dimension": table.scalar(6, Int32Flags),
    }


def _attachments(content):
    """Names of the files in a zip archive at the end; TFLite's metadata tools append one."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return tuple(archive.namelist())
    except (zipfile.BadZipFile, ValueError, NotImplementedError, struct.error, OverflowError):
        return ()
