"""The flags that choose images, the same for every command that reads some."""

import pathlib

from absl import flags

from tflite_export.cli import datasets
from tflite_export.cli.errors import UsageError


def define(values):
    """Defines `--dataset` and `--data_dir`."""
    own = {"flag_values": values, "module_name": "images"}
    flags.DEFINE_enum(
        "dataset",
        None,
        datasets.names(),
        "The data set. Default: image_folder if --data_dir is given.",
        **own,
    )
    flags.DEFINE_string(
        "data_dir",
        None,
        "Folder of the data, or tar archive of pictures. Pictures lie in one folder a class, "
        "or in train/CLASS and test/CLASS.",
        **own,
    )


def chosen(values):
    """Whether the flags name any images."""
    return bool(values.dataset or values.data_dir)


def load(values, size=None, channels=None):
    """Loads the images that the flags name.

    Args:
        values: the flags.
        size: see `Request`.
        channels: see `Request`.

    Returns:
        A `Dataset`.

    Raises:
        UsageError: if the flags name none.
    """
    if not chosen(values):
        known = ", ".join(datasets.names())
        raise UsageError(f"name images with --data_dir=FOLDER or --dataset=NAME, out of {known}")
    data_dir = pathlib.Path(values.data_dir) if values.data_dir else None
    name = values.dataset or "image_folder"
    return datasets.load(name, datasets.Request(data_dir, size, channels))
