"""Compiled models, made by hand by the public schema of the Edge TPU's executables."""

import flatbuffers
import numpy as np

from tests.tflite_export.reading.plain_files import PlainFile
from tflite_export.flatbuffer import pack, unpack

CACHING, EXECUTION = 1, 2


def _table(builder, fields):
    """A table of fields by slot: functions that prepend a value, or offsets of what was written."""
    builder.StartObject(18)
    for slot, (kind, value) in fields.items():
        getattr(builder, f"Prepend{kind}Slot")(slot, value, 0)
    return builder.EndObject()


def _bytes_vector(builder, content):
    return builder.CreateNumpyVector(np.frombuffer(content, np.uint8))


def executable(kind, parameters=0, instructions=0, cycles=0):
    """The bytes of an executable."""
    builder = flatbuffers.Builder()
    bitstream = _bytes_vector(builder, bytes(instructions))
    part = _table(builder, {0: ("UOffsetTRelative", bitstream)})
    builder.StartVector(4, 1, 4)
    builder.PrependUOffsetTRelative(part)
    parts = builder.EndVector()
    chip, stream = builder.CreateString("beagle"), _bytes_vector(builder, bytes(parameters))
    fields = {
        5: ("UOffsetTRelative", parts),
        6: ("UOffsetTRelative", stream),
        10: ("UOffsetTRelative", chip),
        13: ("Int16", kind),
        14: ("Uint64", 77),
        16: ("Int64", cycles),
    }
    builder.Finish(_table(builder, fields))
    return bytes(builder.Output())


def package(*executables, runtime=14):
    """The bytes of a package of executables."""
    nested = flatbuffers.Builder()
    programs = [nested.CreateString(program) for program in executables]
    nested.StartVector(4, len(programs), 4)
    for program in reversed(programs):
        nested.PrependUOffsetTRelative(program)
    nested.Finish(_table(nested, {0: ("UOffsetTRelative", nested.EndVector())}))
    builder = flatbuffers.Builder()
    content = _bytes_vector(builder, bytes(nested.Output()))
    compiler = builder.CreateString("16.0.1")
    fields = {0: ("Int32", runtime), 1: ("UOffsetTRelative", content)}
    fields[4] = ("UOffsetTRelative", compiler)
    builder.Finish(_table(builder, fields), b"DWN1")
    return bytes(builder.Output())


def compiled_model(options):
    """A .tflite file whose one operator is the Edge TPU's; `options` lie within other bytes."""
    file = PlainFile()
    x, y = (file.tensor((1, 4), scales=0.1) for _ in range(2))
    file.operator("CUSTOM", 1, [x], [y])
    model = unpack(file.write([x], [y]))
    model.operatorCodes[0].customCode = "edgetpu-custom-op"
    operator = model.subgraphs[0].operators[0]
    operator.customOptions = np.frombuffer(b"flex" + options + b"buffer", np.uint8)
    return pack(model)
