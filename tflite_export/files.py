"""Writing files: whole or not at all."""

import contextlib
import os
import pathlib
import shutil
import tempfile

try:
    import fcntl
except ModuleNotFoundError:  # Windows: what killed processes leave there stays
    fcntl = None

PREFIX = ".pikelpn-writing-"


def save(path, tflite):
    """Writes a file whole or not at all: beside its place, then renamed into it.

    Args:
        path: where to; the folder must exist.
        tflite: bytes, as `convert` returns them.

    Raises:
        OSError: if the file cannot be written; what was at `path` is then untouched.

    Example:

    >>> folder = tempfile.TemporaryDirectory()
    >>> save(os.path.join(folder.name, "model.tflite"), b"...")
    >>> os.listdir(folder.name)
    ['model.tflite']
    >>> folder.cleanup()
    """
    with replacing(path) as beside:
        beside.write_bytes(tflite)


@contextlib.contextmanager
def replacing(path):
    """Gives a path to write to; it takes the place of `path` when all has gone well.

    Raises:
        OSError: if the file cannot be written; what was at `path` is then untouched.

    Example:

    >>> folder = tempfile.TemporaryDirectory()
    >>> path = pathlib.Path(folder.name) / "greeting.txt"
    >>> with replacing(path) as beside:
    ...     _ = beside.write_text("hello")
    >>> path.read_text()
    'hello'
    >>> folder.cleanup()
    """
    path = pathlib.Path(path)
    try:
        with folder_beside(path) as folder:
            beside = folder / path.name
            yield beside
            os.replace(beside, path)
    except OSError as error:
        # A full disk names no file, others that of the file beside: give the one the caller knows.
        if error.errno is not None and PREFIX in str(error.filename or PREFIX):
            error.filename, error.filename2 = str(path), None
        raise


@contextlib.contextmanager
def folder_beside(path):
    """A folder on the file system of `path` for files under way; it is deleted in the end.

    A process that is killed leaves its folder behind; the next one that writes beside deletes it.

    Raises:
        OSError: if none can be made there.

    Example:

    >>> place = tempfile.TemporaryDirectory()
    >>> with folder_beside(pathlib.Path(place.name) / "model.tflite") as folder:
    ...     os.listdir(place.name) == [folder.name]
    True
    >>> os.listdir(place.name)
    []
    >>> place.cleanup()
    """
    with (
        _lock_shared_with_other_writers(path.parent),
        tempfile.TemporaryDirectory(dir=path.parent, prefix=PREFIX) as folder,
    ):
        yield pathlib.Path(folder)


@contextlib.contextmanager
def _lock_shared_with_other_writers(folder):
    """Nobody deletes what is written in the folder; if nobody else writes, what was left goes."""
    try:
        handle = os.open(folder, os.O_RDONLY) if fcntl else None
    except OSError:  # a folder without read permission, or none: writing to it tells
        handle = None
    if handle is None:
        yield
        return
    try:
        # Where another process writes, or the file system has no locks, what was left stays.
        with contextlib.suppress(OSError):
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            for left in folder.glob(f"{PREFIX}*"):
                shutil.rmtree(left, ignore_errors=True)
        with contextlib.suppress(OSError):
            fcntl.flock(handle, fcntl.LOCK_SH)
        yield
    finally:
        os.close(handle)
