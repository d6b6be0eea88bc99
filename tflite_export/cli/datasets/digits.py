"""The digits of scikit-learn: 1,797 grey images of 8x8 pixels, which come with the package."""

import numpy as np

from tflite_export.cli.datasets.base import Dataset, require
from tflite_export.cli.errors import UserError

TEST_IMAGES = 360


def load(request):
    """Loads the digits; the last 360 are the test images.

    Grey levels 0 to 16 become 0 to 240: times 15, so that they stay integers.
    """
    if request.data_dir is not None:
        raise UserError("the digits come with scikit-learn: leave --data_dir away")
    digits = require("sklearn.datasets", "data", "scikit-learn").load_digits()
    images = (digits.images * 15).astype(np.uint8)[..., np.newaxis]
    labels = digits.target.astype(np.int64)
    return Dataset(
        images[:-TEST_IMAGES],
        labels[:-TEST_IMAGES],
        images[-TEST_IMAGES:],
        labels[-TEST_IMAGES:],
        tuple(str(name) for name in digits.target_names),
    )
