"""Training for accelerators: Keras 3 on JAX, an epoch in one jitted scan."""

import dataclasses
import functools

import jax
import jax.numpy as jnp
import keras
import numpy as np

import pikelpn_keras as pk

BATCH_SIZE = 128
RECIPE = pk.FitRecipe()


def train(
    model,
    train_set,
    test_set,
    *,
    epochs,
    seed,
    rate=RECIPE.learning_rate,
    freeze_last=RECIPE.freeze_last,
    teacher=None,
    first_half=None,
):
    """Trains `model` and yields its test accuracy after each epoch.

    Args:
        model: an uncompiled keras.Model from uint8 pictures to logits.
        train_set: (uint8 pictures, integer labels).
        test_set: the same.
        epochs: epochs of training.
        seed: seed of order and augmentation.
        rate: peak learning rate of the recipe's schedule.
        freeze_last: fraction of the epochs that run with norms and ranges frozen.
        teacher: a trained keras.Model to distil from, or None to learn from labels alone.
        first_half: a keras.Model with the variables of `model`, which is trained in its place for
            the first half of the epochs; None for `model` itself.
    """
    steps = len(train_set[0]) // BATCH_SIZE
    recipe = dataclasses.replace(RECIPE, learning_rate=rate)
    optimizer = recipe.optimizer(recipe.schedule(epochs * steps))
    optimizer.build(model.trainable_variables)
    state = tuple(
        [v.value for v in variables]
        for variables in (
            model.trainable_variables,
            model.non_trainable_variables,
            optimizer.variables,
        )
    )
    loss = _label_loss if teacher is None else _distillation_loss(teacher)
    half = _programs(first_half or model, optimizer, steps, loss)
    whole = half if first_half is None else _programs(model, optimizer, steps, loss)
    train_set = tuple(jnp.asarray(a) for a in train_set)
    key = jax.random.key(seed)
    for epoch in range(epochs):
        if epoch >= round(epochs * (1 - freeze_last)):
            state = (state[0], _frozen(model, state[1]), state[2])
        run_epoch, count_right = half if 2 * epoch < epochs else whole
        key, epoch_key = jax.random.split(key)
        state = run_epoch(state, epoch_key, *train_set)
        right = sum(
            int(count_right(state[0], state[1], x, y)) for x, y in _batches(*test_set, 1000)
        )
        yield right / len(test_set[0])
    for variables, values in zip(
        (model.trainable_variables, model.non_trainable_variables), state[:2], strict=True
    ):
        for variable, value in zip(variables, values, strict=True):
            variable.assign(value)


def _programs(model, optimizer, steps, loss):
    return _epoch_function(model, optimizer, steps, loss), _counting_function(model)


def _label_loss(images, labels, logits):
    return keras.losses.sparse_categorical_crossentropy(labels, logits, from_logits=True).mean()


def _distillation_loss(teacher):
    """Labels, and the teacher's probabilities at a temperature (Hinton et al., 1503.02531)."""
    trainable = [v.value for v in teacher.trainable_variables]
    non_trainable = [v.value for v in teacher.non_trainable_variables]

    def loss(images, labels, logits):
        taught, _ = teacher.stateless_call(trainable, non_trainable, images, training=False)
        probabilities = jax.nn.softmax(taught / RECIPE.temperature)
        given = jax.nn.log_softmax(logits / RECIPE.temperature)
        distance = -jnp.mean(jnp.sum(probabilities * given, -1)) * RECIPE.temperature**2
        labelled = (1 - RECIPE.teacher_share) * _label_loss(images, labels, logits)
        return labelled + RECIPE.teacher_share * distance

    return loss


def _epoch_function(model, optimizer, steps, loss):
    def loss_of(trainable, non_trainable, images, labels):
        logits, non_trainable = model.stateless_call(
            trainable, non_trainable, images, training=True
        )
        return loss(images, labels, logits), non_trainable

    def step(images, labels, state, batch):
        indices, key = batch
        trainable, non_trainable, optimizer_state = state
        pictures = augment(images[indices], key)
        gradient = jax.grad(loss_of, has_aux=True)
        gradients, non_trainable = gradient(trainable, non_trainable, pictures, labels[indices])
        trainable, optimizer_state = optimizer.stateless_apply(
            optimizer_state, gradients, trainable
        )
        return (trainable, non_trainable, optimizer_state), None

    @functools.partial(jax.jit, donate_argnums=0)
    def run_epoch(state, key, images, labels):
        order_key, key = jax.random.split(key)
        order = jax.random.permutation(order_key, len(images))
        indices = order[: steps * BATCH_SIZE].reshape(steps, BATCH_SIZE)
        keys = jax.random.split(key, steps)
        return jax.lax.scan(functools.partial(step, images, labels), state, (indices, keys))[0]

    return run_epoch


def augment(images, key):
    """Random flips and shifts by up to 4 pixels of `(batch, 32, 32, channels)` pictures."""
    flip_key, shift_key = jax.random.split(key)
    flips = jax.random.bernoulli(flip_key, shape=(len(images), 1, 1, 1))
    images = jnp.where(flips, images[:, :, ::-1], images)
    padded = jnp.pad(images, ((0, 0), (4, 4), (4, 4), (0, 0)), mode="reflect")
    shifts = jax.random.randint(shift_key, (len(images), 2), 0, 9)

    def crop(image, shift):
        return jax.lax.dynamic_slice(image, (shift[0], shift[1], 0), images.shape[1:])

    return jax.vmap(crop)(padded, shifts)


def _counting_function(model):
    @jax.jit
    def count_right(trainable, non_trainable, images, labels):
        logits, _ = model.stateless_call(trainable, non_trainable, images, training=False)
        return jnp.sum(logits.argmax(-1) == labels)

    return count_right


def _frozen(model, non_trainable):
    """The non-trainable state with every switch `frozen` on."""
    variables = model.non_trainable_variables
    return [
        jnp.ones_like(value) if variable.path.endswith("/frozen") else value
        for variable, value in zip(variables, non_trainable, strict=True)
    ]


def _batches(images, labels, size):
    for start in range(0, len(images), size):
        yield np.asarray(images[start : start + size]), np.asarray(labels[start : start + size])
