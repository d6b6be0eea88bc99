"""What the functions of these packages accept as a model's inputs."""

import numpy as np


def as_arrays(argument, given):
    """The inputs of a model as a list of NumPy arrays, one for each input.

    Args:
        argument: name of the argument, for the message.
        given: an array, or a list or tuple of them.

    Raises:
        ValueError: if it is something else, such as a data set.

    Example:

    >>> [array.shape for array in as_arrays("inputs", np.zeros((2, 4)))]
    [(2, 4)]
    >>> as_arrays("inputs", {"image": np.zeros((2, 4))})
    Traceback (most recent call last):
        ...
    ValueError: inputs are an array (images, *shape) or a list of them, not dict; of a data set \
take np.concatenate([x for x, _ in data])
    """
    given = given if isinstance(given, list | tuple) else [given]
    arrays = [np.asarray(array) for array in given]
    for array, original in zip(arrays, given, strict=True):
        if array.dtype.kind not in "biuf":
            raise ValueError(
                f"{argument} are an array (images, *shape) or a list of them, not "
                f"{type(original).__name__}; of a data set take "
                "np.concatenate([x for x, _ in data])"
            )
    return arrays
