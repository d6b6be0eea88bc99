"""Writing files."""

import os
import pathlib


def save(path, tflite):
    """Writes a file whole or not at all: beside its place, then renamed into it.

    Args:
        path: where to; the folder must exist.
        tflite: bytes, as `convert` returns them.

    Raises:
        OSError: if the file cannot be written; what was at `path` is then untouched.

    Example:

    >>> import tempfile
    >>> folder = tempfile.TemporaryDirectory()
    >>> save(os.path.join(folder.name, "model.tflite"), b"...")
    >>> os.listdir(folder.name)
    ['model.tflite']
    >>> folder.cleanup()
    """
    path = pathlib.Path(path)
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        temporary.write_bytes(tflite)
        os.replace(temporary, path)
    except OSError as error:
        # The name that the caller knows, not that of the file beside it.
        error.filename, error.filename2 = str(path), None
        raise
    finally:
        temporary.unlink(missing_ok=True)
