"""States that follow the data while a model trains and hold still at its end."""

import numbers

import keras
import numpy as np
from keras import ops

from pikelpn_keras.layers.base import QuantLayer, grid_bits, grid_exponent, refuse
from pikelpn_keras.replicas import batch_maximum
from pikelpn_keras.rounding import finite, follow_exponent
from pikelpn_keras.tracing import traced_once


class FreezableLayer(QuantLayer):
    """A layer whose moving statistics and exponents can be frozen.

    Frozen, the layer computes in training what the device will compute. `freeze` takes effect in a
    training function that is compiled already: the switch is a variable.
    """

    def build(self, input_shape):
        super().build(input_shape)
        self._frozen = self.add_weight(
            name="frozen", shape=(), dtype="bool", initializer="zeros", trainable=False
        )

    @property
    def frozen(self):
        """Whether the layer is frozen, a bool."""
        return self.built and bool(ops.convert_to_numpy(self._frozen))

    def freeze(self):
        """Holds statistics and exponents where they are.

        Raises:
            ValueError: if the layer is not built, so that there is nothing to hold.
        """
        refuse(
            self, not self.built, "is not built yet; call the model on data once, then freeze it"
        )
        self._frozen.assign(True)

    def unfreeze(self):
        """Lets statistics and exponents follow the data again; a layer is built unfrozen."""
        if self.built:
            self._frozen.assign(False)

    def frozen_tensor(self):
        """Whether the layer is frozen, a bool tensor."""
        return ops.cast(self._frozen, "bool")


def update(variable, value, holds):
    """Assigns `value` to `variable`, unless `holds`; returns what the variable then holds."""
    value = ops.where(holds, ops.cast(variable, variable.dtype), value)
    variable.assign(value)
    return value


class RangeLayer(FreezableLayer):
    """A layer that quantizes its output to a grid whose exponent follows a running range.

    The running range is an exponential average of the largest magnitude in a batch; the first batch
    sets it. The grid's exponent is the one whose range is nearest on a logarithmic scale, with the
    hysteresis of `follow_exponent`.

    Args:
        bits: width of the output, 2 to 8.
        momentum: weight of the past in the running range.
    """

    def __init__(self, bits=8, momentum=0.99, **kwargs):
        super().__init__(**kwargs)
        self.bits = grid_bits(self, bits)
        self.momentum = momentum
        refuse_momentum(self)

    def build(self, input_shape):
        super().build(input_shape)
        self._range = self.add_weight(name="range", shape=(), initializer="zeros", trainable=False)
        self._exponent = self.add_weight(
            name="exponent",
            shape=(),
            # Until data comes, the range is that of a normalised activation: up to 8.
            initializer=keras.initializers.Constant(4 - self.bits),
            trainable=False,
        )

    @property
    def exponent(self):
        """The exponent of the output grid, an int."""
        return int(ops.convert_to_numpy(self._exponent))

    def set_exponent(self, exponent):
        """Puts the output on a grid of another exponent; training lets it follow the data again.

        Args:
            exponent: an int.

        Raises:
            ValueError: if it is none, or too far from 0 for float32.
        """
        self._exponent.assign(grid_exponent(self, exponent))

    def follow(self, batch_range, steps):
        """Lets the range and the exponent follow a batch, where the layer is trainable.

        A batch that is empty or not finite leaves them as they are.

        Args:
            batch_range: scalar tensor, the largest magnitude in the batch.
            steps: how many grid steps the range has on the side of that magnitude.
        """
        if not self.trainable:
            return
        batch_range = batch_maximum(ops.stop_gradient(batch_range))
        variables = self._range, self._exponent
        states = _followed_range(
            batch_range,
            *(ops.cast(v, "float32") for v in variables),
            self.frozen_tensor(),
            steps=steps,
            momentum=self.momentum,
        )
        for variable, state in zip(variables, states, strict=True):
            variable.assign(state)

    def get_config(self):
        return {**super().get_config(), "bits": self.bits, "momentum": self.momentum}


@traced_once
def _followed_range(batch_range, past, exponent, frozen, *, steps, momentum):
    """The running range and the exponent after they have seen the range of a batch."""
    free = ops.logical_and(finite(batch_range), ops.logical_not(frozen))
    seen = ops.where(free, batch_range, past)
    moved = ops.where(past > 0, past + (seen - past) * (1.0 - momentum), seen)
    followed = follow_exponent(exponent, moved * (1.0 / steps))
    return moved, ops.where(free, followed, exponent)


def largest(x):
    """The largest element of a tensor, -inf where it is empty.

    Example:

    >>> float(largest(ops.array([1.0, 3.0]))), float(largest(ops.zeros((0, 4))))
    (3.0, -inf)
    """
    return ops.max(x, initial=-np.inf)


def refuse_momentum(layer):
    """Raises ValueError where the momentum of a layer is no weight of the past."""
    refuse(
        layer,
        not isinstance(layer.momentum, numbers.Real) or not 0 <= layer.momentum < 1,
        f"takes a momentum from 0 on and below 1, not {layer.momentum!r}",
    )
