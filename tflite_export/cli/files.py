"""Files that a command writes: whole or not at all."""

import contextlib
import os
import pathlib
import tempfile

from tflite_export.cli.errors import UsageError, UserError


def output_path(name, suffix, flag="--output"):
    """The path of a file to write, checked before the work begins.

    Args:
        name: the path.
        suffix: what its name has to end in.
        flag: the flag that gives the name, for the message.

    Raises:
        UsageError: if `name` does not end in `suffix`.
        UserError: if it is a folder, or its folder does not exist or takes no files.

    Example:

    >>> output_path("model.tflite", ".tflite").name
    'model.tflite'
    """
    path = pathlib.Path(name)
    if path.suffix != suffix:
        raise UsageError(f"{flag}={name}: the name must end in {suffix}")
    if not path.parent.is_dir():
        raise UserError(f"{path.parent}: no such folder")
    if path.is_dir():
        raise UserError(f"{path}: is a folder; name a file")
    try:
        tempfile.TemporaryDirectory(dir=path.parent, prefix=".pikelpn-").cleanup()
    except OSError as error:
        raise UserError(f"{path.parent}: no file can be written here ({error.strerror})") from None
    return path


@contextlib.contextmanager
def replacing(path):
    """Gives a path to write to; it takes the place of `path` when all has gone well.

    Example:

    >>> folder = tempfile.TemporaryDirectory()
    >>> path = pathlib.Path(folder.name) / "greeting.txt"
    >>> with replacing(path) as beside:
    ...     _ = beside.write_text("hello")
    >>> path.read_text()
    'hello'
    >>> folder.cleanup()
    """
    with tempfile.TemporaryDirectory(dir=path.parent, prefix=".pikelpn-") as folder:
        beside = pathlib.Path(folder) / path.name
        yield beside
        os.replace(beside, path)
