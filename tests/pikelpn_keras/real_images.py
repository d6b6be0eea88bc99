"""Real pictures as uint8 arrays, read once a session."""

import functools
import gzip
import io
import tarfile

import numpy as np
from PIL import Image


@functools.cache
def idx(path):
    with gzip.open(path, "rb") as file:
        data = file.read()
    sizes = np.frombuffer(data, ">u4", data[3], 4)
    return np.frombuffer(data, np.uint8, offset=4 + 4 * data[3]).reshape(sizes)


def fashion_mnist(folder):
    """(train images, train labels, test images, test labels), images `(n, 28, 28, 1)`."""
    arrays = []
    for split in ("train", "t10k"):
        arrays.append(idx(folder / f"{split}-images-idx3-ubyte.gz")[..., None])
        arrays.append(idx(folder / f"{split}-labels-idx1-ubyte.gz"))
    return arrays


@functools.cache
def cifar10_jpeg(archive, split):
    """(images, labels) of CIFAR-10 (JPEG), sorted by class."""
    with tarfile.open(archive) as tar:
        raw = {
            m.name: tar.extractfile(m).read()
            for m in tar
            if m.isfile() and m.name.startswith(f"{split}/")
        }
    names = sorted(raw)
    classes = sorted({name.split("/")[1] for name in names})
    images = np.stack([np.asarray(Image.open(io.BytesIO(raw[name]))) for name in names])
    return images, np.array([classes.index(name.split("/")[1]) for name in names])
