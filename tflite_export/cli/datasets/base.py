"""What every data set takes and gives."""

import dataclasses
import importlib
import pathlib

import numpy as np

from tflite_export.cli.errors import UserError


@dataclasses.dataclass(frozen=True)
class Request:
    """What is asked of a data set.

    Attributes:
        data_dir: where the data lie, or None for the data set's usual place.
        size: (height, width) in pixels, or None for the size they have.
        channels: 1 for grey, 3 for RGB, or None for what they are.
    """

    data_dir: pathlib.Path | None = None
    size: tuple[int, int] | None = None
    channels: int | None = None


@dataclasses.dataclass(frozen=True, eq=False)
class Dataset:
    """Labelled images.

    Attributes:
        x_train: uint8 array `(images, height, width, channels)`.
        y_train: int64 array of indices into `class_names`.
        x_test: as `x_train`.
        y_test: as `y_train`.
        class_names: one name for each class.

    Raises:
        UserError: if images and labels are not one for one, or a label names no class.
    """

    x_train: np.ndarray
    y_train: np.ndarray
    x_test: np.ndarray
    y_test: np.ndarray
    class_names: tuple[str, ...]

    def __post_init__(self):
        for part, images, labels in (
            ("training", self.x_train, self.y_train),
            ("test", self.x_test, self.y_test),
        ):
            if len(images) != len(labels):
                raise UserError(f"{len(images)} {part} images have {len(labels)} labels")
            wrong = labels[(labels < 0) | (labels >= len(self.class_names))]
            if wrong.size:
                raise UserError(
                    f"a {part} label is {wrong[0]}, and there are {len(self.class_names)} classes, "
                    "counted from 0"
                )

    def fitted_to(self, request):
        """The same data set with images of the requested size and channels."""
        return dataclasses.replace(
            self,
            x_train=with_channels(enlarged(self.x_train, request.size), request.channels),
            x_test=with_channels(enlarged(self.x_test, request.size), request.channels),
        )


def enlarged(images, size):
    """Repeats pixels until images have the given size.

    Args:
        images: array `(images, height, width, channels)`.
        size: (height, width), whole multiples of those of `images`; or None for no change.

    Raises:
        UserError: if `size` is no whole multiple.

    Example:

    >>> enlarged(np.array([[[[1], [2]], [[3], [4]]]]), (2, 4))[0, :, :, 0]
    array([[1, 1, 2, 2],
           [3, 3, 4, 4]])
    """
    if size is None:
        return images
    height, width = images.shape[1:3]
    if size[0] % height or size[1] % width:
        raise UserError(
            f"images of {height}x{width} pixels can only be enlarged by whole factors, "
            f"not to {size[0]}x{size[1]}"
        )
    return images.repeat(size[0] // height, axis=1).repeat(size[1] // width, axis=2)


def with_channels(images, channels):
    """Grey images as RGB where `channels` is 3.

    Raises:
        UserError: if colour would be lost.
    """
    if channels is None or channels == images.shape[-1]:
        return images
    if images.shape[-1] != 1:
        raise UserError(f"the images have {images.shape[-1]} channels, not {channels}")
    return images.repeat(channels, axis=-1)


def require(module, extra, package):
    """Imports an optional module.

    Args:
        module: its dotted name.
        extra: the extra of this project that installs it.
        package: how people call it.

    Raises:
        UserError: if it is not installed.
    """
    try:
        return importlib.import_module(module)
    except ImportError as error:
        raise UserError(
            f"{package} is needed to read these images: run pip install 'pikelpn-keras[{extra}]'"
        ) from error
