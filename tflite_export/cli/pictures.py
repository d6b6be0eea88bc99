"""Reads pictures from a folder or a tar archive."""

import io
import pathlib
import sys
import tarfile

import numpy as np

from tflite_export.cli.datasets.base import require
from tflite_export.cli.errors import UserError

GREY_MODES = {"1", "L", "LA", "I", "F", "I;16", "I;16B", "I;16L"}


def read(request):
    """Reads all pictures below `request.data_dir`; names broken ones on stderr and skips them.

    Args:
        request: a `Request`. Pictures become RGB unless it asks for one channel or all are grey.

    Returns:
        A dict of uint8 arrays `(height, width, channels)` by path relative to `data_dir`, and the
        set of the paths of all folders. Names that begin with a dot are left out.

    Raises:
        UserError: if there is no such folder or archive, or Pillow is missing.
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
        except Exception as error:  # on broken data Pillow's decoders raise almost anything
            print(f"skipped broken picture {path}: {error}", file=sys.stderr)
    if decoder.only_grey:
        pictures = {path: pixels[..., :1] for path, pixels in pictures.items()}
    return pictures, folders


def _members(source):
    """Yields `(path, content)`: a function that reads the file, or None for a folder."""
    if source.is_dir():
        for path in sorted(source.rglob("*")):
            content = None if path.is_dir() else path.read_bytes
            yield pathlib.PurePosixPath(path.relative_to(source).as_posix()), content
    elif source.exists():
        yield from _archive_members(source)
    else:
        raise UserError(f"{source}: no such folder or archive")


def _archive_members(source):
    try:
        with tarfile.open(source) as archive:
            for member in archive:
                if member.isdir():
                    yield pathlib.PurePosixPath(member.name), None
                elif member.isfile():
                    yield pathlib.PurePosixPath(member.name), archive.extractfile(member).read
    except (tarfile.TarError, EOFError) as error:
        raise UserError(f"{source} is neither a folder nor a whole tar archive: {error}") from error


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
