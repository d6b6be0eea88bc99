"""CIFAR-10: 60,000 colour images of ten classes, 32x32 pixels."""

import numpy as np

from tflite_export.cli.datasets import image_folder
from tflite_export.cli.datasets.base import Dataset
from tflite_export.cli.errors import UserError

CLASS_NAMES = (
    "airplane",
    "automobile",
    "bird",
    "cat",
    "deer",
    "dog",
    "frog",
    "horse",
    "ship",
    "truck",
)


def load(request):
    """Loads CIFAR-10.

    With `request.data_dir` it is read as pictures, from a folder or a tar archive of
    `train/CLASS/*.jpg` and `test/CLASS/*.jpg`; without, through `keras.datasets`, which keeps a
    copy in its cache or downloads one.
    """
    if request.data_dir is not None:
        return image_folder.load(request)
    (x_train, y_train), (x_test, y_test) = _from_keras()
    return Dataset(
        x_train,
        y_train[:, 0].astype(np.int64),
        x_test,
        y_test[:, 0].astype(np.int64),
        CLASS_NAMES,
    )


def _from_keras():
    import keras

    try:
        return keras.datasets.cifar10.load_data()
    except (
        Exception
    ) as error:  # keras.utils.get_file raises plain Exception when it cannot download
        raise UserError(
            "CIFAR-10 could not be downloaded: give a folder or a tar archive of its pictures with "
            "--data_dir"
        ) from error
