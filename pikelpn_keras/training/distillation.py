"""A model learns from a teacher while plain `fit` trains it."""

import contextlib
import itertools

import keras
from keras import ops

from pikelpn_keras.training.classifiers import (
    final_activation,
    input_shape,
    output_shape,
    refuse_unfit,
)
from pikelpn_keras.training.settings import FitRecipe

SMALLEST_PROBABILITY = 1e-30


class Distillation:
    """The loss of a model that learns from labels and from a teacher's probabilities.

    `(1 - share) * labels + share * T**2 * H(softmax(teacher / T), softmax(model / T))` plus what
    layers add, with H the cross entropy (G. Hinton et al., "Distilling the Knowledge in a Neural
    Network", arXiv 1503.02531). Evaluation has the loss to the labels alone, so that `val_loss`
    compares with that of a model without a teacher.

    Args:
        model: a compiled keras.Model that gives logits.
        teacher: a trained keras.Model of the same inputs and classes, from logits or softmax.
        share: the teacher's share of the loss, 0 to 1.
        temperature: T, above 0.

    Raises:
        ValueError: if the teacher is no classifier, or takes or gives other shapes than the model.
    """

    def __init__(self, model, teacher, share, temperature):
        refuse_unfit(teacher, "teacher")
        _refuse_other_shapes("takes", input_shape(teacher), input_shape(model))
        _refuse_other_shapes("gives", output_shape(teacher), output_shape(model))
        self._model, self._teacher = model, teacher
        self._share, self._temperature = share, temperature
        self._label_loss = model.compute_loss
        self._gives_probabilities = final_activation(teacher) == "softmax"
        self._cross_entropy = keras.losses.CategoricalCrossentropy(from_logits=True)

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        """See `keras.Model.compute_loss`."""
        labels = self._label_loss(x, y, y_pred, sample_weight)
        if not training:
            return labels
        given = ops.cast(y_pred, "float32") / self._temperature
        wanted = ops.softmax(self._teacher_logits(x) / self._temperature)
        distance = self._cross_entropy(wanted, given, sample_weight) * self._temperature**2
        added = sum(self._model.losses)
        return (1 - self._share) * labels + self._share * (distance + added)

    def _teacher_logits(self, x):
        outputs = ops.cast(ops.stop_gradient(self._teacher(x, training=False)), "float32")
        if self._gives_probabilities:
            return ops.log(ops.maximum(outputs, SMALLEST_PROBABILITY))
        return outputs


def _refuse_other_shapes(verb, taught, given):
    """Raises ValueError where the shapes of teacher and model, if known, cannot be the same."""
    if taught is None or given is None:
        return
    taught, given = taught[1:], given[1:]
    pairs = itertools.zip_longest(taught, given, fillvalue=-1)
    if any(a != b for a, b in pairs if a is not None and b is not None):
        raise ValueError(
            f"the teacher {verb} {taught} and the model {given}; a teacher needs the inputs and "
            "the classes of the model"
        )


@contextlib.contextmanager
def distilling(model, teacher, share=FitRecipe.teacher_share, temperature=FitRecipe.temperature):
    """While it lasts, `fit` of a compiled model minimises the loss of `Distillation`.

    The model stays what it is: callbacks see it, and its variables and files are its own. Its
    training function is compiled anew, and anew behind the block.

    Args:
        model: see `Distillation`.
        teacher: see `Distillation`.
        share: see `Distillation`.
        temperature: see `Distillation`.

    Example:

    >>> import numpy as np
    >>> teacher, model = (
    ...     keras.Sequential([keras.Input((4,)), keras.layers.Dense(2)]) for _ in range(2))
    >>> loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    >>> model.compile("adam", loss)
    >>> with distilling(model, teacher):
    ...     history = model.fit(np.zeros((8, 4)), np.zeros(8), verbose=0)
    >>> sorted(history.history)
    ['loss']
    """
    model.compute_loss = Distillation(model, teacher, share, temperature).compute_loss
    model.train_function = None
    try:
        yield
    finally:
        del model.compute_loss
        model.train_function = None
