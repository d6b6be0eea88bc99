"""Bytes of a .tflite file to and from the schema's objects; no TensorFlow."""

import copy
import struct

import flatbuffers
import numpy as np
from ai_edge_litert import schema_py_generated as schema

FILE_IDENTIFIER = b"TFL3"
# The schema asks for `force_align: 16`, which the Python code generator ignores.
BUFFER_ALIGNMENT = 16


class _SharingBuilder(flatbuffers.Builder):
    """Writes equal vectors once: most zero points of channels are as many zeros."""

    def __init__(self):
        super().__init__()
        self._vectors = {}

    def CreateNumpyVector(self, x):  # noqa: N802
        key = (x.dtype.str, x.tobytes())
        if key not in self._vectors:
            self._vectors[key] = super().CreateNumpyVector(x)
        return self._vectors[key]


class _AlignedBuffer(schema.BufferT):
    """A buffer whose data begin at a multiple of 16 bytes of the file."""

    def Pack(self, builder):  # noqa: N802
        data = np.ascontiguousarray(self.data).view(np.uint8).ravel()
        builder.StartVector(1, data.size, BUFFER_ALIGNMENT)
        builder.head -= data.size
        builder.Bytes[builder.head : builder.head + data.size] = data.tobytes()
        vector = builder.EndVector()
        schema.BufferStart(builder)
        schema.BufferAddData(builder, vector)
        return schema.BufferEnd(builder)


def pack(model):
    """The file of a model, all buffers aligned to 16 bytes, equal vectors written once.

    Args:
        model: `ModelT` of the schema; data of its buffers are arrays or None.

    Returns:
        bytes; the same model always gives the same bytes.

    Example:

    >>> pack(schema.ModelT(version=3))[4:8]
    b'TFL3'
    """
    aligned = copy.copy(model)
    aligned.buffers = [
        buffer if buffer.data is None else _AlignedBuffer(buffer.data)
        for buffer in model.buffers or ()
    ]
    builder = _SharingBuilder()
    builder.Finish(aligned.Pack(builder), FILE_IDENTIFIER)
    return bytes(builder.Output())


def unpack(tflite):
    """The schema's `ModelT` of the bytes of a .tflite file.

    Raises:
        ValueError: if the bytes are no .tflite file.

    Example:

    >>> unpack(pack(schema.ModelT(version=3))).version
    3
    """
    if not isinstance(tflite, bytes | bytearray | memoryview):
        raise ValueError(
            f"the bytes of a .tflite file are needed, not {tflite!r:.60}; read the file"
        )
    if bytes(tflite[4:8]) != FILE_IDENTIFIER:
        raise ValueError("these bytes are no .tflite file (no TFL3 mark at byte 4)")
    try:
        return schema.ModelT.InitFromObj(schema.Model.GetRootAs(tflite))
    except (struct.error, IndexError, TypeError, ValueError, AttributeError) as error:
        raise ValueError(f"this .tflite file is damaged or cut short ({error})") from None
