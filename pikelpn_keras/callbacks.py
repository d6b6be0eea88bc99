"""Callbacks for `model.fit`."""

import numbers

import keras

from pikelpn_keras.layers.freezable import FreezableLayer


class FreezeSchedule(keras.callbacks.Callback):
    """Freezes norms and ranges for the last part of training.

    Exponents that flip cost accuracy; frozen for the last 30 % of training, a power-of-two norm is
    within half a point of a float one (contract, section 7). Each training begins unfrozen.

    Args:
        last: fraction of the training steps that run frozen, 0 to 1. Where the number of steps in
            an epoch is not known, freezing waits for the next epoch, and a single epoch of unknown
            length is never frozen: give `steps_per_epoch` then, or call `freeze` afterwards.

    Example:

    >>> import numpy as np, pikelpn_keras as pk
    >>> model = keras.Sequential([
    ...     keras.Input((4,)), pk.layers.QuantInput(), pk.layers.QuantDense(2),
    ...     pk.layers.QuantIdentity(name="logits")])
    >>> model.compile("sgd", "mse")
    >>> _ = model.fit(np.zeros((8, 4)), np.zeros((8, 2)), epochs=2, verbose=0,
    ...               callbacks=[FreezeSchedule()])
    >>> model.get_layer("logits").frozen
    True
    """

    def __init__(self, last=0.3):
        super().__init__()
        if not isinstance(last, numbers.Real) or not 0 <= last <= 1:
            raise ValueError(f"last is a fraction from 0 to 1, not {last!r}")
        self.last = last

    def on_train_begin(self, logs=None):
        self._epoch = 0
        self._done = False
        unfreeze(self.model)

    def on_epoch_begin(self, epoch, logs=None):
        self._epoch = epoch
        self._freeze_if_due(0)

    def on_train_batch_begin(self, batch, logs=None):
        if self.params.get("steps"):
            self._freeze_if_due(batch)

    def _freeze_if_due(self, batch):
        steps = self.params.get("steps") or 1
        free_steps = round((1 - self.last) * self.params["epochs"] * steps)
        if self._epoch * steps + batch >= free_steps:
            self._freeze()

    def _freeze(self):
        if self._done:
            return
        self._done = True
        # The JAX trainer keeps variables aside while an epoch runs.
        if hasattr(self.model, "jax_state_sync"):
            self.model.jax_state_sync()
        freeze(self.model)


def freeze(model):
    """Freezes the statistics and exponents of every layer of `model` that has them.

    Example:

    >>> import pikelpn_keras as pk
    >>> model = keras.Sequential([keras.Input((4,)), pk.layers.QuantInput(), pk.layers.QuantReLU()])
    >>> freeze(model)
    >>> model.layers[-1].frozen
    True
    """
    for layer in _freezable_layers(model):
        layer.freeze()


def unfreeze(model):
    """Lets the statistics and exponents of `model` follow the data again.

    Example:

    >>> import pikelpn_keras as pk
    >>> model = keras.Sequential([keras.Input((4,)), pk.layers.QuantInput(), pk.layers.QuantReLU()])
    >>> freeze(model)
    >>> unfreeze(model)
    >>> model.layers[-1].frozen
    False
    """
    for layer in _freezable_layers(model):
        layer.unfreeze()


def _freezable_layers(model):
    # Keras has no public name for all layers of a model, those within other layers included.
    return [layer for layer in model._flatten_layers() if isinstance(layer, FreezableLayer)]
