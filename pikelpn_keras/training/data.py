"""What the data of a training tell before it begins: labels and the length of an epoch."""

import itertools
import math
import types

import keras
import numpy as np

DEFAULT_BATCH_SIZE = 32


def steps_per_epoch(x, y, fit_arguments):
    """Steps that `fit` will take in an epoch; None where the data do not say.

    Args:
        x: arrays, or a data set that gives batches.
        y: labels, or None where `x` is a data set.
        fit_arguments: the other arguments of `fit`, a dict.

    Raises:
        ValueError: if the data are empty.

    Example:

    >>> steps_per_epoch(np.zeros((70, 4)), np.zeros(70), {"validation_split": 0.1})
    2
    """
    if fit_arguments.get("steps_per_epoch"):
        return fit_arguments["steps_per_epoch"]
    if y is None:
        try:
            steps = len(x)
        except (TypeError, NotImplementedError):
            return None
    else:
        samples = len(keras.tree.flatten(x)[0])
        samples = math.floor(samples * (1 - (fit_arguments.get("validation_split") or 0)))
        steps = math.ceil(samples / (fit_arguments.get("batch_size") or DEFAULT_BATCH_SIZE))
    if not steps:
        raise ValueError("the data hold nothing to train on; give at least one sample")
    return steps


def label_shape(x, y):
    """The shape of the labels, and `x` as `fit` is to be given it.

    Looks at a batch of a data set; the first batch of a generator is put back.

    Args:
        x: see `steps_per_epoch`.
        y: see `steps_per_epoch`.

    Raises:
        ValueError: if there are no labels.
    """
    if y is not None:
        return np.shape(y), x
    if hasattr(x, "element_spec"):
        batch = x.element_spec
    elif isinstance(x, keras.utils.PyDataset):
        batch = x[0]
    else:
        batches = iter(x)
        batch = next(batches)
        if isinstance(x, types.GeneratorType):
            # Keras takes generators for what they are, and nothing else that iterates once.
            x = (each for each in itertools.chain([batch], batches))
    if not isinstance(batch, tuple | list) or len(batch) < 2:
        raise ValueError("there are no labels: give y, or a data set of pairs (inputs, labels)")
    return tuple(batch[1].shape), x


def label_loss(shape, model_shape):
    """Cross entropy from logits for labels of a given shape.

    Args:
        shape: shape of the labels, batch included.
        model_shape: shape of the model's output, or None where it is not known.

    Raises:
        ValueError: if labels are one-hot and of another number of classes than the model.

    Example:

    >>> label_loss((64,), (None, 10)).name, label_loss((64, 10), (None, 10)).name
    ('sparse_categorical_crossentropy', 'categorical_crossentropy')
    """
    rank = 2 if model_shape is None else len(model_shape)
    one_hot = len(shape) == rank and shape[-1] != 1
    if one_hot and model_shape is not None and shape[-1] != model_shape[-1]:
        raise ValueError(
            f"one-hot labels are of {shape[-1]} classes, and the model is of {model_shape[-1]}"
        )
    if one_hot:
        return keras.losses.CategoricalCrossentropy(from_logits=True)
    return keras.losses.SparseCategoricalCrossentropy(from_logits=True)


def refuse_class_numbers(y, model_shape, loss):
    """Raises ValueError where class numbers mean classes that a model does not have.

    On accelerators such labels give a loss of NaN and no error.

    Args:
        y: labels in an array; None and one-hot labels are left alone.
        model_shape: see `label_loss`.
        loss: the loss that `label_loss` gave.

    Example:

    >>> refuse_class_numbers([1, 2, 3], (None, 3), label_loss((3,), (None, 3)))
    Traceback (most recent call last):
        ...
    ValueError: labels run from 1 to 3, and the model has the classes 0 to 2; number them from 0
    """
    numbers = isinstance(loss, keras.losses.SparseCategoricalCrossentropy)
    if y is None or model_shape is None or not numbers:
        return
    y = y if isinstance(y, np.ndarray) else keras.ops.convert_to_numpy(y)
    if y.dtype.kind not in "biuf":
        raise ValueError(f"labels are class numbers or one-hot, not of the type {y.dtype}")
    if y.min() < 0 or y.max() >= model_shape[-1]:
        raise ValueError(
            f"labels run from {y.min()} to {y.max()}, and the model has the classes 0 to "
            f"{model_shape[-1] - 1}; number them from 0"
        )
