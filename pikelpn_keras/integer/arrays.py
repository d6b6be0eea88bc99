"""Read-only arrays for frozen dataclasses."""

import numpy as np


def frozen_array(values, dtype):
    """A read-only copy of `values` as `dtype`; refuses values that the dtype cannot hold.

    Raises:
        ValueError: if a value does not fit `dtype` or is not an integer.

    Example:

    >>> frozen_array([1, 2], np.int8).flags.writeable
    False
    """
    values = np.asarray(values)
    limits = np.iinfo(dtype)
    # A NaN is neither.
    if values.size and not (values.min() >= limits.min and values.max() <= limits.max):
        raise ValueError(f"values do not fit {np.dtype(dtype).name}")
    array = values.astype(dtype)
    if values.dtype.kind == "f" and not np.array_equal(array, values):
        raise ValueError(f"values are not integers, as {np.dtype(dtype).name} needs")
    array.setflags(write=False)
    return array
