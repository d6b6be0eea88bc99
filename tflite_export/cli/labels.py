"""Class names beside a model, one a line, in the file that mobile apps read them from."""

from tflite_export.cli.errors import UserError
from tflite_export.cli.files import replacing


def path_of(model_path):
    """The path of a model's class names.

    Example:

    >>> import pathlib
    >>> path_of(pathlib.Path("digits.keras")).name
    'digits.labels.txt'
    """
    return model_path.with_suffix(".labels.txt")


def lines(class_names):
    r"""The content of the file.

    Raises:
        UserError: if a name has line breaks and so would move the names of other classes.

    Example:

    >>> lines(["cat", "dog"])
    'cat\ndog\n'
    """
    for name in class_names:
        if name.splitlines() != [name]:
            raise UserError(f"class name {name!r} is no single line")
    return "".join(f"{name}\n" for name in class_names)


def write(model_path, text):
    """Writes `text`, as `lines` gives it, beside the model at `model_path`."""
    with replacing(path_of(model_path)) as beside:
        beside.write_text(text, encoding="utf-8", errors="surrogateescape")


def copy(model_path, other_path):
    """Gives the model at `other_path` the class names of that at `model_path`, if it has any."""
    source = path_of(model_path)
    if source.exists():
        with replacing(path_of(other_path)) as beside:
            beside.write_bytes(source.read_bytes())
