"""Reads pictures from a folder or a tar archive."""

import contextlib
import functools
import io
import lzma
import os
import pathlib
import sys
import tarfile
import zlib

import numpy as np

from tflite_export.cli.datasets.base import require
from tflite_export.cli.errors import UserError

GREY_MODES = {"1", "L", "LA", "I", "F", "I;16", "I;16B", "I;16L"}


def read(request):
    """Reads all pictures below `request.data_dir`; names broken ones on stderr and skips them.

    Folders and files that may not be read are named and skipped too.

    Args:
        request: a `Request`. Pictures become RGB unless it asks for one channel or all are grey.

    Returns:
        A dict of uint8 arrays `(height, width, channels)` by path relative to `data_dir`, and the
        set of the paths of all folders. Names that begin with a dot are left out.

    Raises:
        UserError: if there is no such folder or archive, the archive is damaged or cut short, or
            Pillow is missing.
        OSError: if the folder or archive itself may not be read.
    """
    decoder = _Decoder(request)
    pictures, folders = {}, set()
    for path, content in _members(request.data_dir):
        if any(part.startswith(".") for part in path.parts):
            continue
        folders.add(path.parent if content else path)
        if content is None or path.suffix.lower() not in decoder.suffixes:
            continue
        try:
            pictures[path] = decoder.decode(content())
        except UserError:
            raise
        except Exception as error:  # on broken data Pillow's decoders raise almost anything
            print(f"skipped broken picture {path}: {error}", file=sys.stderr)
    if decoder.only_grey:
        pictures = {path: pixels[..., :1] for path, pixels in pictures.items()}
    return pictures, folders


def _members(source):
    """Yields `(path, content)`: a function that reads the file, or None for a folder."""
    if source.is_dir():
        yield from _folder_members(source)
    elif source.exists():
        yield from _archive_members(source)
    else:
        raise UserError(f"{source}: no such folder or archive")


def _folder_members(source):
    def skip(error):
        if error.filename == str(source):
            raise error
        print(f"skipped folder {error.filename}: {error.strerror}", file=sys.stderr)

    for name, folders, files in os.walk(source, onerror=skip):
        folder = pathlib.Path(name)
        place = pathlib.PurePosixPath(folder.relative_to(source).as_posix())
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in folders:
            yield place / name, None
        for name in sorted(files):
            yield place / name, (folder / name).read_bytes


def _archive_members(source):
    with _damage_refused(source), tarfile.open(source) as archive:
        for member in archive:
            if member.isdir():
                yield pathlib.PurePosixPath(member.name), None
            elif member.isfile():
                content = functools.partial(_content, source, archive, member)
                yield pathlib.PurePosixPath(member.name), content
        # What ends amid a header looks to tarfile like the end.
        if archive.fileobj.tell() < archive.offset + tarfile.BLOCKSIZE:
            raise tarfile.ReadError("its end is missing")
        # Checksums of compressed archives stand behind that.
        while archive.fileobj.read(2**16):
            pass


def _content(source, archive, member):
    """The bytes of a picture; where they cannot be read, the archive is damaged."""
    with _damage_refused(source):
        return archive.extractfile(member).read()


@contextlib.contextmanager
def _damage_refused(source):
    try:
        yield
    except (tarfile.TarError, EOFError, OSError, zlib.error, lzma.LZMAError) as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise
        reason = str(error).splitlines()[0].rstrip(":")
        raise UserError(
            f"{source} is neither a folder nor a whole tar archive: {reason}"
        ) from error


class _Decoder:
    """Decodes pictures and remembers whether all were grey."""

    def __init__(self, request):
        self._image = require("PIL.Image", "data", "Pillow")
        self._transpose = require("PIL.ImageOps", "data", "Pillow").exif_transpose
        self._size = request.size
        self._mode = "L" if request.channels == 1 else "RGB"
        self.only_grey = request.channels is None
        # Asking for the suffixes loads Pillow's plugins, which fill OPEN.
        suffixes = self._image.registered_extensions().items()
        self.suffixes = {suffix for suffix, name in suffixes if name in self._image.OPEN}

    def decode(self, content):
        with self._image.open(io.BytesIO(content)) as opened:
            grey = opened.mode in GREY_MODES
            image = self._transpose(opened)
        if image.mode.startswith("I;16"):
            # Pillow would clip 16-bit levels at 255.
            image = self._image.fromarray((np.asarray(image) >> 8).astype(np.uint8))
        image = image.convert(self._mode)
        if self._size is not None:
            height, width = self._size
            image = image.resize((width, height), self._image.Resampling.BILINEAR)
        self.only_grey = self.only_grey and grey
        return np.asarray(image).reshape(image.height, image.width, -1)
