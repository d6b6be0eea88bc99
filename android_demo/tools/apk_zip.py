"""APKs as zip files whose bytes depend on their content alone."""

import struct
import zipfile

# The first date a zip file can hold.
DATE = (1980, 1, 1, 0, 0, 0)
ALIGNMENT = 4
# Native libraries are mapped from the APK: the largest page size of phones.
PAGE = 16384
# What a phone reads in place.
STORED = (".so", ".arsc")
# Extra field that keeps apksigner from aligning anew: identifier, and the alignment it holds.
ALIGNMENT_FIELD = 0xD935


def write(path, entries):
    """Writes an APK.

    Native libraries lie at multiples of 16 KiB, other stored entries at multiples of 4 bytes.

    Args:
        path: the file to write.
        entries: pairs of a name and its bytes, in their order.

    Raises:
        ValueError: if a name comes twice.

    Example:

    >>> import io
    >>> file = io.BytesIO()
    >>> write(file, [("a.txt", b"hello"), ("lib/arm64-v8a/liba.so", b"ELF")])
    >>> offsets(file)["lib/arm64-v8a/liba.so"] % PAGE
    0
    """
    seen = set()
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in entries:
            if name in seen:
                raise ValueError(f"entry '{name}' comes twice")
            seen.add(name)
            _add(archive, name, content)


def _add(archive, name, content):
    info = zipfile.ZipInfo(name, DATE)
    info.external_attr = 0o644 << 16
    info.create_system = 0
    if name.endswith(STORED):
        alignment = PAGE if name.endswith(".so") else ALIGNMENT
        info.extra = _padding(archive.fp.tell() + 30 + len(name.encode()), alignment)
    else:
        info.compress_type = zipfile.ZIP_DEFLATED
    archive.writestr(info, content, compresslevel=9)


def _padding(start, alignment):
    """An extra field behind which content that would begin at `start` is aligned."""
    header = 6
    zeros = -(start + header) % alignment
    return struct.pack("<HHH", ALIGNMENT_FIELD, 2 + zeros, alignment) + bytes(zeros)


def offsets(path):
    """Where each stored entry's bytes begin in the file, by name."""
    with zipfile.ZipFile(path) as archive:
        return {
            info.filename: _content_offset(archive.fp, info)
            for info in archive.infolist()
            if info.compress_type == zipfile.ZIP_STORED
        }


def _content_offset(file, info):
    file.seek(info.header_offset + 26)
    name_length, extra_length = struct.unpack("<HH", file.read(4))
    return info.header_offset + 30 + name_length + extra_length
