"""Real pictures as uint8 arrays, read once a process."""

import functools

from tflite_export.cli import datasets


@functools.cache
def _dataset(name, data_dir):
    return datasets.load(name, datasets.Request(data_dir=data_dir))


def fashion_mnist(folder):
    """(train images, train labels, test images, test labels), images `(n, 28, 28, 1)`."""
    data = _dataset("fashion_mnist", folder)
    return data.x_train, data.y_train, data.x_test, data.y_test


def cifar10_jpeg(archive, split):
    """(images, labels) of CIFAR-10 (JPEG), sorted by class."""
    data = _dataset("cifar10", archive)
    return (data.x_train, data.y_train) if split == "train" else (data.x_test, data.y_test)
