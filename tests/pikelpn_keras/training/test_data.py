import keras
import numpy as np
import pytest
import tensorflow as tf

from pikelpn_keras.training.data import (
    label_loss,
    label_shape,
    refuse_class_numbers,
    steps_per_epoch,
)

X, Y = np.zeros((70, 4)), np.arange(70) % 3


class Batches(keras.utils.PyDataset):
    def __len__(self):
        return 7

    def __getitem__(self, index):
        return X[:10], Y[:10]


def generator():
    for start in range(0, 70, 10):
        yield X[start : start + 10], Y[start : start + 10]


def tf_data():
    return tf.data.Dataset.from_tensor_slices((X, Y)).batch(10)


def loader():
    import torch

    data = torch.utils.data.TensorDataset(torch.tensor(X), torch.tensor(Y))
    return torch.utils.data.DataLoader(data, batch_size=10)


@pytest.mark.parametrize(
    "data", [Batches, generator, tf_data, pytest.param(loader, marks=pytest.mark.torch)]
)
def test_data_sets(data):
    shape, x = label_shape(data(), None)
    assert len(shape) == 1
    assert steps_per_epoch(x, None, {}) == (None if data is generator else 7)
    assert len(list(x)) == 7


@pytest.mark.parametrize(
    ("given", "steps"),
    [
        ({}, 3),
        ({"batch_size": 10}, 7),
        ({"batch_size": 10, "validation_split": 0.25}, 6),
        ({"batch_size": None, "validation_split": 0.0}, 3),
        ({"steps_per_epoch": 5}, 5),
    ],
)
def test_steps_of_arrays(given, steps):
    assert steps_per_epoch(X, Y, given) == steps
    assert steps_per_epoch({"image": X}, Y, given) == steps


def test_unknown_and_infinite_lengths():
    assert steps_per_epoch(tf_data().filter(lambda *batch: True), None, {}) is None
    assert steps_per_epoch(tf_data().repeat(), None, {}) is None


@pytest.mark.parametrize(
    ("shape", "model_shape", "one_hot"),
    [
        ((70,), (None, 3), False),
        ((70, 1), (None, 3), False),
        ((None, 3), (None, 3), True),
        ((70, 3), None, True),
        ((8, 5, 5), (None, 5, 5, 3), False),
        ((8, 5, 5, 3), (None, 5, 5, 3), True),
    ],
)
def test_loss(shape, model_shape, one_hot):
    kind = "Categorical" if one_hot else "SparseCategorical"
    loss = label_loss(shape, model_shape)
    assert type(loss).__name__ == f"{kind}Crossentropy"
    assert loss.get_config()["from_logits"]


def test_one_hot_labels_of_other_classes():
    with pytest.raises(ValueError, match="one-hot labels are of 4 classes, and the model is of 3"):
        label_loss((70, 4), (None, 3))


def test_labels_are_missing():
    with pytest.raises(ValueError, match="there are no labels"):
        label_shape(tf.data.Dataset.from_tensor_slices(X), None)


@pytest.mark.parametrize(("x", "y"), [(X[:0], Y[:0]), (tf_data().take(0), None)])
def test_no_samples(x, y):
    with pytest.raises(ValueError, match="nothing to train on"):
        steps_per_epoch(x, y, {})


def test_names_are_no_labels():
    with pytest.raises(ValueError, match="labels are class numbers or one-hot, not of the type"):
        refuse_class_numbers(np.array(["cat", "dog"]), (None, 3), label_loss((2,), (None, 3)))


@pytest.mark.parametrize("labels", [[-1, 0], [[0], [3]]])
def test_classes_that_the_model_does_not_have(labels):
    loss = label_loss((2,), (None, 3))
    with pytest.raises(ValueError, match="labels run from .* the classes 0 to 2"):
        refuse_class_numbers(labels, (None, 3), loss)
    refuse_class_numbers(labels, None, loss)
    refuse_class_numbers(np.eye(3), (None, 3), label_loss((3, 3), (None, 3)))
