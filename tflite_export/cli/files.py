"""Files that a command writes: whole or not at all."""

import pathlib

from tflite_export.cli.errors import UsageError, UserError
from tflite_export.files import folder_beside, replacing

__all__ = ["output_path", "replacing"]


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
        with folder_beside(path):
            pass
    except OSError as error:
        raise UserError(f"{path.parent}: no file can be written here ({error.strerror})") from None
    return path
