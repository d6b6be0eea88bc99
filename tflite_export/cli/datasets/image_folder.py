"""Pictures of one's own: a folder, or a tar archive, with one sub-folder for each class."""

import hashlib
import unicodedata

import numpy as np

from tflite_export.cli import pictures
from tflite_export.cli.datasets.base import Dataset
from tflite_export.cli.errors import UserError


def load(request):
    """Loads `request.data_dir`: `CLASS/*.png`, or `train/CLASS/*.png` and `test/CLASS/*.png`.

    Without `train` and `test` a hash of its name decides whether a picture is a test image: about
    one in five is, the same ones on every machine and however many pictures join later. Classes are
    numbered in the order of their names.

    Raises:
        UserError: if the place, classes or pictures are missing, or pictures differ in size and
            `request.size` does not say what to make of them.
    """
    if request.data_dir is None:
        raise UserError("say with --data_dir where the pictures lie")
    images, folders = pictures.read(request)
    tops = {path.parts[0] for path in folders if path.parts}
    split = _GivenSplit if tops >= {"train", "test"} else _HashedSplit
    class_names = sorted({split.class_of(path) for path in folders} - {None})
    paths = sorted(path for path in images if split.class_of(path.parent) is not None)
    train = [path for path in paths if not split.is_test(path)]
    test = [path for path in paths if split.is_test(path)]
    trained_names = {split.class_of(path.parent) for path in train}
    _check_classes(request.data_dir, class_names, trained_names, test)
    if len({images[path].shape for path in paths}) > 1:
        raise UserError("the pictures differ in size: say which size they get with --image_size")
    index = {name: number for number, name in enumerate(class_names)}
    return Dataset(
        np.stack([images[path] for path in train]),
        np.array([index[split.class_of(path.parent)] for path in train]),
        np.stack([images[path] for path in test]),
        np.array([index[split.class_of(path.parent)] for path in test]),
        tuple(class_names),
    )


class _GivenSplit:
    """`train/CLASS/...` and `test/CLASS/...`."""

    @staticmethod
    def class_of(folder):
        parts = folder.parts
        return parts[1] if len(parts) > 1 and parts[0] in ("train", "test") else None

    @staticmethod
    def is_test(path):
        return path.parts[0] == "test"


class _HashedSplit:
    """`CLASS/...`, one picture in five for the test."""

    @staticmethod
    def class_of(folder):
        return folder.parts[0] if folder.parts else None

    @staticmethod
    def is_test(path):
        # macOS decomposes accented letters in file names; the split must not depend on that.
        name = unicodedata.normalize("NFC", str(path))
        digest = hashlib.sha256(name.encode("utf-8", "surrogateescape")).digest()
        return int.from_bytes(digest[:4]) < 0.2 * 2**32


def _check_classes(data_dir, class_names, trained_names, test):
    if len(class_names) < 2:
        raise UserError(
            f"{data_dir} has {len(class_names)} class folders; at least two are needed, each with "
            "the pictures of one class"
        )
    for name in class_names:
        if name not in trained_names:
            raise UserError(f"class '{name}' of {data_dir} has no picture to train on")
    if not test:
        raise UserError(
            f"no picture of {data_dir} is left to test with: add pictures, or part them into "
            "folders train and test"
        )
