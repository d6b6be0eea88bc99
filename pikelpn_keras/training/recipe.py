"""The training that the quoted results had, in one call."""

import contextlib
import dataclasses
import numbers

import keras

from pikelpn_keras.callbacks import FreezeSchedule
from pikelpn_keras.training.classifiers import final_activation, output_shape, refuse_unfit
from pikelpn_keras.training.data import (
    label_loss,
    label_shape,
    refuse_class_numbers,
    steps_per_epoch,
)
from pikelpn_keras.training.distillation import distilling
from pikelpn_keras.training.settings import FitRecipe

# Of a schedule that is read once an epoch.
STEPS_OF_UNKNOWN_EPOCH = 1000


def fit_recipe(
    model,
    x,
    y=None,
    *,
    epochs,
    teacher=None,
    learning_rate=None,
    validation_data=None,
    recipe=None,
    callbacks=None,
    **fit_arguments,
):
    """Trains a classifier as the quoted results were trained: `compile`, then `fit`.

    AdamW with a short rise and a cosine of the learning rate, cross entropy from logits, and norms
    and ranges frozen for the last 30 % of the steps. With a teacher the model also learns from its
    probabilities. `FitRecipe` has the numbers; docs/training.md says what each is for and costs.

    Where the data do not say how many steps an epoch has, the learning rate changes and freezing
    begins between epochs. At the end the rate is 0: compile the model again to train it further.

    Interrupted trainings go on with `callbacks=[keras.callbacks.BackupAndRestore(folder)]` and the
    same call again.

    Args:
        model: a keras.Model that gives logits, quantized or float.
        x: what `fit` takes: arrays of raw pixels, a tf.data.Dataset, a keras.utils.PyDataset, ...
        y: labels where `x` is arrays, class numbers or one-hot.
        epochs: passes over the data; for the last 30 % of them nothing follows the data any more.
        teacher: a trained float keras.Model of the same inputs and classes, which gives logits or
            ends in a softmax; None to learn from labels alone. It is fed the `x` of the model, so
            one that was trained on pixels scaled outside of it wants a Rescaling layer before it.
        learning_rate: the peak rate in place of the recipe's.
        validation_data: that of `fit`. Its loss is that to the labels.
        recipe: a `FitRecipe`; None for its defaults.
        callbacks: further callbacks.
        **fit_arguments: further arguments of `fit`, such as `batch_size`.

    Returns:
        the keras.callbacks.History of `fit`.

    Raises:
        ValueError: if model or teacher are no classifiers that suit each other and the labels, or
            settings are out of range; the sentence says which, and the remedy.

    Example:

    >>> import numpy as np, pikelpn_keras as pk
    >>> model = keras.Sequential([
    ...     keras.Input((4,)), pk.layers.QuantInput(), pk.layers.QuantDense(2),
    ...     pk.layers.QuantIdentity(name="logits")])
    >>> x = np.random.default_rng(0).integers(0, 256, (64, 4), "uint8")
    >>> history = fit_recipe(model, x, x[:, 0] // 128, epochs=2, verbose=0)
    >>> sorted(history.history), model.get_layer("logits").frozen
    (['accuracy', 'loss'], True)
    """
    recipe = _recipe(recipe, learning_rate)
    _check(model, epochs)
    shape, x = label_shape(x, y)
    loss = label_loss(shape, output_shape(model))
    steps = steps_per_epoch(x, y, fit_arguments)
    refuse_class_numbers(y, output_shape(model), loss)
    rate, rate_callbacks = _rate(recipe, epochs, steps)
    model.compile(recipe.optimizer(rate), loss, metrics=["accuracy"])
    learning = (
        contextlib.nullcontext()
        if teacher is None
        else distilling(model, teacher, recipe.teacher_share, recipe.temperature)
    )
    # Before those of the user: one that restores a state restores what is frozen in it.
    own = [FreezeSchedule(recipe.freeze_last), *rate_callbacks]
    with learning:
        return model.fit(
            x,
            y,
            epochs=epochs,
            validation_data=validation_data,
            callbacks=[*own, *keras.tree.flatten(callbacks or [])],
            **fit_arguments,
        )


def _recipe(recipe, learning_rate):
    recipe = FitRecipe() if recipe is None else recipe
    if not isinstance(recipe, FitRecipe):
        raise ValueError(f"recipe is a FitRecipe, such as FitRecipe(warmup=0.1), not {recipe!r}")
    if learning_rate is None:
        return recipe
    return dataclasses.replace(recipe, learning_rate=learning_rate)


def _check(model, epochs):
    if not isinstance(epochs, numbers.Integral) or epochs < 1:
        raise ValueError(f"epochs is a whole number from 1 on, not {epochs!r}")
    refuse_unfit(model, "model")
    if final_activation(model) == "softmax":
        raise ValueError(
            f"model '{model.name}' ends in a softmax; leave it out, because fit_recipe trains on "
            "logits, and put it behind the trained model where probabilities are wanted"
        )


def _rate(recipe, epochs, steps):
    """The optimizer's learning rate, and the callbacks that it needs."""
    if steps:
        return recipe.schedule(epochs * steps), []
    if recipe.freeze_last and round((1 - recipe.freeze_last) * epochs) == epochs:
        raise ValueError(
            "the data do not say how many steps an epoch has, so the last of them cannot be "
            "frozen; give steps_per_epoch or more epochs"
        )
    schedule = recipe.schedule(epochs * STEPS_OF_UNKNOWN_EPOCH)

    def rate_of(epoch, _):
        return float(schedule((epoch + 0.5) * STEPS_OF_UNKNOWN_EPOCH))

    return recipe.learning_rate, [keras.callbacks.LearningRateScheduler(rate_of)]
