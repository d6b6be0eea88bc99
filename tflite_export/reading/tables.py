"""Flatbuffer tables whose every access is checked against the file.

The schema's own accessors trust their file: offsets may point anywhere, and one table may be
referred to a million times. Here an access outside the file is a `BrokenFileError`, and all reads
together may touch no more than a multiple of the file's size, so time and memory are bounded by it.
"""

import flatbuffers
import numpy as np
from flatbuffers import number_types
from flatbuffers.number_types import SOffsetTFlags, UOffsetTFlags, VOffsetTFlags

from tflite_export.reading.errors import BrokenFileError

# Writers share strings and vtables, but no sound file is read over and over.
READS_OF_EACH_BYTE = 8
ALLOWANCE = 2**16
# What a table costs, beyond its bytes, for the objects that are made of it.
TABLE_COST = 32


class CheckedFile:
    """The bytes of a flatbuffer and how much of them may still be read.

    Args:
        content: bytes.
        identifier: the four bytes that the file must carry at byte 4, or None.

    Raises:
        BrokenFileError: if the identifier is absent.
    """

    def __init__(self, content, identifier=None):
        self.content = content
        self._allowance = READS_OF_EACH_BYTE * len(content) + ALLOWANCE
        if identifier is not None and content[4:8] != identifier:
            mark = identifier.decode()
            raise BrokenFileError(f"these bytes are no .tflite file (no {mark} mark at byte 4)")

    @property
    def root(self):
        """The root `CheckedTable`."""
        self.check(0, UOffsetTFlags.bytewidth)
        return CheckedTable(self, int.from_bytes(self.content[:4], "little"))

    def check(self, start, size):
        """Raises a `BrokenFileError` unless `size` bytes from `start` on lie in the file."""
        if start < 0 or start + size > len(self.content):
            raise BrokenFileError(
                f"this .tflite file is damaged or cut short: it refers to byte {start + size} "
                f"of {len(self.content)}"
            )

    def charge(self, size):
        """Counts `size` bytes as read."""
        self._allowance -= size
        if self._allowance < 0:
            raise BrokenFileError(
                "this .tflite file is damaged: it refers to the same bytes over and over"
            )

    def numbers(self, start, count, dtype):
        """A read-only array of `count` numbers that begin at byte `start`."""
        dtype = np.dtype(dtype).newbyteorder("<")
        self.check(start, count * dtype.itemsize)
        self.charge(count * dtype.itemsize)
        return np.frombuffer(self.content, dtype, count, start)


class CheckedTable(flatbuffers.table.Table):
    """A table of a `CheckedFile`; it also serves the schema's accessors as their `_tab`.

    The methods below take a field's slot: its place in the schema, counted from 0.

    Args:
        file: the `CheckedFile`.
        position: the byte at which the table begins.
    """

    def __init__(self, file, position):
        file.check(position, SOffsetTFlags.bytewidth)
        super().__init__(file.content, position)
        self.file = file
        self._vtable = position - self.Get(SOffsetTFlags, position)
        self._slots_end = self.Get(VOffsetTFlags, self._vtable)
        self._end = self.Get(VOffsetTFlags, self._vtable + VOffsetTFlags.bytewidth)
        file.check(self._vtable, self._slots_end)
        file.check(position, self._end)
        file.charge(self._end + TABLE_COST)

    # What the schema's accessors call.

    def Get(self, flags, off):  # noqa: N802
        self.file.check(off, flags.bytewidth)
        return flags.py_type(flags.packer_type.unpack_from(self.Bytes, off)[0])

    def Offset(self, vtableOffset):  # noqa: N802, N803
        if vtableOffset >= self._slots_end:
            return 0
        offset = self.Get(VOffsetTFlags, self._vtable + vtableOffset)
        if offset >= self._end:
            raise BrokenFileError(
                f"this .tflite file is damaged: the table at byte {self.Pos} has a field outside "
                "itself"
            )
        return offset

    def Indirect(self, off):  # noqa: N802
        return off + self.Get(UOffsetTFlags, off)

    def String(self, off):  # noqa: N802
        start = self.Indirect(off)
        length = self.Get(UOffsetTFlags, start)
        return self.file.numbers(start + UOffsetTFlags.bytewidth, length, np.uint8).tobytes()

    def VectorLen(self, off):  # noqa: N802
        return self.Get(UOffsetTFlags, self.Indirect(off + self.Pos))

    def GetVectorAsNumpy(self, flags, off):  # noqa: N802
        dtype = number_types.to_numpy_type(flags)
        return self.file.numbers(self.Vector(off), self.VectorLen(off), dtype)

    # What this package calls.

    def scalar(self, slot, flags, default=0):
        """The number of a field, of the flatbuffer type `flags`."""
        offset = self._field(slot)
        return self.Get(flags, self.Pos + offset) if offset else default

    def text(self, slot, default=""):
        """The string of a field; bytes that are no UTF-8 become replacement characters."""
        offset = self._field(slot)
        return self.String(self.Pos + offset).decode(errors="replace") if offset else default

    def numbers(self, slot, flags):
        """The vector of a field as a read-only array; empty where the field is absent."""
        offset = self._field(slot)
        if not offset:
            return np.empty(0, number_types.to_numpy_type(flags))
        return self.GetVectorAsNumpy(flags, offset)

    def table(self, slot):
        """The table of a field, or None."""
        offset = self._field(slot)
        return CheckedTable(self.file, self.Indirect(self.Pos + offset)) if offset else None

    def tables(self, slot):
        """The tables of a field, as a list."""
        return [CheckedTable(self.file, place) for place in self._places(slot)]

    def strings(self, slot):
        """The strings of a field, as a list of bytes."""
        return [
            self.file.numbers(
                place + UOffsetTFlags.bytewidth, self.Get(UOffsetTFlags, place), np.uint8
            ).tobytes()
            for place in self._places(slot)
        ]

    def _places(self, slot):
        """Where the entries of a vector of tables or strings begin."""
        offset = self._field(slot)
        if not offset:
            return []
        start, count = self.Vector(offset), self.VectorLen(offset)
        relative = self.file.numbers(start, count, np.uint32).tolist()
        return [
            start + UOffsetTFlags.bytewidth * index + distance
            for index, distance in enumerate(relative)
        ]

    def _field(self, slot):
        return self.Offset(2 * VOffsetTFlags.bytewidth + VOffsetTFlags.bytewidth * slot)
