import gzip

import keras
import numpy as np
import pytest

from tflite_export.cli import datasets
from tflite_export.cli.datasets import base, cifar10, fashion_mnist
from tflite_export.cli.errors import UserError


def write_idx(path, array):
    header = bytes([0, 0, 8, array.ndim]) + np.array(array.shape, ">u4").tobytes()
    path.write_bytes(gzip.compress(header + array.tobytes()))


def offline(*args, **kwargs):
    raise Exception("URL fetch failure")


@pytest.fixture
def idx_folder(tmp_path):
    """Four files in the format of MNIST: 6 training and 4 test images."""
    for part, count in (("train", 6), ("t10k", 4)):
        images = np.arange(count * 28 * 28).reshape(count, 28, 28).astype(np.uint8)
        write_idx(tmp_path / f"{part}-images-idx3-ubyte.gz", images)
        write_idx(tmp_path / f"{part}-labels-idx1-ubyte.gz", np.arange(count).astype(np.uint8))
    return tmp_path


def test_names_are_the_modules():
    assert datasets.names() == ["cifar10", "digits", "fashion_mnist", "image_folder"]


def test_digits():
    data = datasets.load("digits", datasets.Request())
    assert data.x_train.shape == (1437, 8, 8, 1)
    assert data.x_test.shape == (360, 8, 8, 1)
    assert (data.x_train.dtype, data.x_train.min(), data.x_train.max()) == (np.uint8, 0, 240)
    assert set(np.unique(data.x_train % 15)) == {0}
    assert data.class_names == tuple("0123456789")
    assert set(data.y_test) == set(range(10))


def test_digits_enlarged_and_coloured():
    plain = datasets.load("digits", datasets.Request())
    large = datasets.load("digits", datasets.Request(size=(16, 16), channels=3))
    assert large.x_test.shape == (360, 16, 16, 3)
    np.testing.assert_array_equal(large.x_test[:, 1::2, ::2, 2:], plain.x_test)


def test_digits_lie_nowhere_else(tmp_path):
    with pytest.raises(UserError, match="leave --data_dir away"):
        datasets.load("digits", datasets.Request(data_dir=tmp_path))


def test_images_may_be_enlarged_to_a_rectangle():
    data = datasets.load("digits", datasets.Request(size=(8, 24)))
    assert data.x_train.shape == (1437, 8, 24, 1)


@pytest.mark.parametrize("size", [4, 12])
def test_enlarging_takes_whole_factors(size):
    with pytest.raises(UserError, match=f"8x8 pixels can only .* not to {size}x{size}"):
        datasets.load("digits", datasets.Request(size=(size, size)))


def test_colour_is_not_dropped():
    with pytest.raises(UserError, match="have 3 channels, not 1"):
        base.with_channels(np.zeros((1, 4, 4, 3), np.uint8), 1)


def test_fashion_mnist(fashion_mnist):
    data = datasets.load("fashion_mnist", datasets.Request())
    assert data.x_train.shape == (60000, 28, 28, 1)
    assert data.x_test.shape == (10000, 28, 28, 1)
    assert data.y_train[:5].tolist() == [9, 0, 0, 3, 0]
    assert data.class_names[9] == "Ankle boot"
    assert data.x_train.mean() / 255 == pytest.approx(0.2860, abs=1e-4)


def test_fashion_mnist_from_a_folder(idx_folder):
    data = datasets.load("fashion_mnist", datasets.Request(data_dir=idx_folder))
    assert data.x_train.shape == (6, 28, 28, 1)
    assert data.x_test[0, 0, :3, 0].tolist() == [0, 1, 2]
    assert data.y_test.tolist() == [0, 1, 2, 3]


def test_fashion_mnist_damaged_file(idx_folder):
    path = idx_folder / "t10k-images-idx3-ubyte.gz"
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(UserError, match=r"t10k-images-idx3-ubyte\.gz is damaged"):
        datasets.load("fashion_mnist", datasets.Request(data_dir=idx_folder))


def test_fashion_mnist_through_keras(idx_folder, monkeypatch):
    monkeypatch.setattr(fashion_mnist, "DEBIAN_FOLDER", idx_folder / "absent")
    parts = [
        (np.zeros((count, 28, 28), np.uint8), np.arange(count, dtype=np.uint8)) for count in (6, 4)
    ]
    monkeypatch.setattr(keras.datasets.fashion_mnist, "load_data", lambda: parts)
    data = datasets.load("fashion_mnist", datasets.Request())
    assert data.x_train.shape == (6, 28, 28, 1)
    assert data.y_test.tolist() == [0, 1, 2, 3]


def test_fashion_mnist_nowhere(tmp_path, monkeypatch):
    monkeypatch.setattr(fashion_mnist, "DEBIAN_FOLDER", tmp_path / "absent")
    monkeypatch.setattr(keras.datasets.fashion_mnist, "load_data", offline)
    with pytest.raises(UserError, match="install Debian's dataset-fashion-mnist or give"):
        datasets.load("fashion_mnist", datasets.Request())


def test_cifar10_through_keras(monkeypatch):
    parts = [
        (np.zeros((count, 32, 32, 3), np.uint8), np.arange(count, dtype=np.uint8)[:, None])
        for count in (6, 4)
    ]
    monkeypatch.setattr(keras.datasets.cifar10, "load_data", lambda: parts)
    data = datasets.load("cifar10", datasets.Request())
    assert data.x_train.shape == (6, 32, 32, 3)
    assert data.y_test.tolist() == [0, 1, 2, 3]
    assert data.class_names[3] == "cat"


def test_cifar10_nowhere(monkeypatch):
    monkeypatch.setattr(keras.datasets.cifar10, "load_data", offline)
    with pytest.raises(UserError, match="CIFAR-10 could not be downloaded: give a folder"):
        datasets.load("cifar10", datasets.Request())


@pytest.mark.slow
def test_cifar10_archive(real_data):
    request = datasets.Request(data_dir=real_data("cifar10_jpeg.tar.xz"))
    data = datasets.load("cifar10", request)
    assert data.x_train.shape == (50000, 32, 32, 3)
    assert data.x_test.shape == (10000, 32, 32, 3)
    assert np.bincount(data.y_test).tolist() == [1000] * 10
    assert data.class_names == cifar10.CLASS_NAMES
    means = data.x_train.mean(axis=(0, 1, 2)) / 255
    np.testing.assert_allclose(means, [0.4913, 0.4821, 0.4465], atol=1e-4)


@pytest.mark.parametrize(("name", "package"), [("digits", "sklearn"), ("image_folder", "PIL")])
def test_missing_package_names_the_extra(name, package, tmp_path, monkeypatch):
    real_import = base.importlib.import_module

    def import_module(module, *args):
        if module.startswith(package):
            raise ModuleNotFoundError(module)
        return real_import(module, *args)

    monkeypatch.setattr(base.importlib, "import_module", import_module)
    with pytest.raises(UserError, match=r"run pip install 'pikelpn-keras\[data\]'"):
        datasets.load(name, datasets.Request(data_dir=tmp_path if name == "image_folder" else None))


@pytest.mark.parametrize(
    ("labels", "sentence"),
    [
        ([0, 1, 1], "4 training images have 3 labels"),
        ([0, 1, 2, 1], "a training label is 2, and there are 2 classes"),
        ([0, 1, -1, 1], "a training label is -1, and there are 2 classes"),
    ],
)
def test_labels_that_fit_no_image_or_class(labels, sentence):
    images = np.zeros((4, 2, 2, 1), np.uint8)
    with pytest.raises(UserError, match=sentence):
        base.Dataset(images, np.array(labels), images[:1], np.array([0]), ("cat", "dog"))


def test_fashion_mnist_with_too_few_labels(idx_folder):
    write_idx(idx_folder / "t10k-labels-idx1-ubyte.gz", np.arange(3).astype(np.uint8))
    with pytest.raises(UserError, match="4 test images have 3 labels"):
        datasets.load("fashion_mnist", datasets.Request(idx_folder))
