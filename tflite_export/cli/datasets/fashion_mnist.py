"""Fashion-MNIST: 70,000 grey images of clothes, 28x28 pixels."""

import gzip
import pathlib
import zlib

import numpy as np

from tflite_export.cli.datasets.base import Dataset
from tflite_export.cli.errors import UserError

DEBIAN_FOLDER = pathlib.Path("/usr/share/datasets/fashion-mnist")

CLASS_NAMES = (
    "T-shirt/top",
    "Trouser",
    "Pullover",
    "Dress",
    "Coat",
    "Sandal",
    "Shirt",
    "Sneaker",
    "Bag",
    "Ankle boot",
)


def load(request):
    """Loads Fashion-MNIST.

    It is read from `request.data_dir`, else from where Debian's package dataset-fashion-mnist puts
    it, else through `keras.datasets`, which keeps a copy in its cache or downloads one.
    """
    folder = request.data_dir or DEBIAN_FOLDER
    if request.data_dir is None and not folder.is_dir():
        (x_train, y_train), (x_test, y_test) = _from_keras()
    else:
        (x_train, y_train), (x_test, y_test) = (_read(folder, part) for part in ("train", "t10k"))
    return Dataset(
        x_train[..., np.newaxis],
        y_train.astype(np.int64),
        x_test[..., np.newaxis],
        y_test.astype(np.int64),
        CLASS_NAMES,
    )


def _from_keras():
    import keras

    try:
        return keras.datasets.fashion_mnist.load_data()
    except (
        Exception
    ) as error:  # keras.utils.get_file raises plain Exception when it cannot download
        raise UserError(
            "Fashion-MNIST could not be downloaded: install Debian's dataset-fashion-mnist or give "
            "the folder of its four .gz files with --data_dir"
        ) from error


def _read(folder, part):
    return (
        read_idx(folder / f"{part}-images-idx3-ubyte.gz"),
        read_idx(folder / f"{part}-labels-idx1-ubyte.gz"),
    )


def read_idx(path):
    """Reads a gzipped IDX file of bytes, the format of MNIST.

    Returns:
        uint8 array.

    Raises:
        UserError: if the file is damaged.
    """
    try:
        data = gzip.decompress(path.read_bytes())
        shape = np.frombuffer(data, ">u4", count=data[3], offset=4)
        return np.frombuffer(data, np.uint8, offset=4 + 4 * data[3]).reshape(shape)
    except (EOFError, IndexError, ValueError, gzip.BadGzipFile, zlib.error) as error:
        raise UserError(f"{path} is damaged: {error}") from error
