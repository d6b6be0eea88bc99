"""QuantNorm: batch normalization whose parameters are quantized."""

import keras
import numpy as np
from keras import ops

from pikelpn_keras.grids import ACCUMULATOR_BITS, attach, exponent_vector, grid_of
from pikelpn_keras.integer.grid import Grid
from pikelpn_keras.integer.records import NormRecord, ScaleCodes
from pikelpn_keras.layers.base import refuse, whole
from pikelpn_keras.layers.freezable import FreezableLayer, refuse_momentum, update
from pikelpn_keras.lowering import Accumulator, bias_integers
from pikelpn_keras.replicas import batch_moments
from pikelpn_keras.rounding import (
    HYSTERESIS,
    nearest_power_of_two,
    power_of_two,
    round_half_up,
    straight_through,
)

# After so many batches the momentum is the layer's own, whatever it is.
SETTLED = 1e6


@keras.saving.register_keras_serializable("pikelpn")
class QuantNorm(FreezableLayer, keras.layers.BatchNormalization):
    r"""Batch normalization that costs one shift and one integer addition.

    The device computes `y = (z + b) * m` for each channel: the multiplier m is a signed power of
    two that stands for `gamma / sqrt(variance + epsilon)`, and b an integer on the accumulator's
    grid that stands for `beta / m - mean`. Both merge into the layer before. This is our reading of
    the paper's QuantNorm, not QuantNorm as published (contract, section 2).

    Evaluation always computes that. Training normalises by the batch and scales by `abs(m)` over
    the unquantized multiplier, so that the next layers see the scale of the device; no gradient
    flows through that ratio. The exponent of m is a state: it moves only when the multiplier of the
    moving statistics is more than 0.7 octaves away, so it does not flicker. Once frozen
    (`pikelpn_keras.callbacks.FreezeSchedule`, or `freeze`), training computes what the device does.
    Where gamma is 0 so is m, and the output is beta: the last norm of a residual branch may start
    with `gamma_initializer="zeros"`. Channels in which a batch is not finite keep their statistics.

    Args:
        momentum, epsilon, center, scale and others: as in `keras.layers.BatchNormalization`. The
            axis is the last; `renorm` is refused. The momentum of batch n is at most
            (1 + n) / (10 + n), so that short trainings freeze sound statistics too.
        synchronized: whether each replica of `tf.distribute` normalises by the whole batch, as JAX
            does always, instead of by its share. The states see the whole batch either way.
        mantissa_bits: 1 for powers of two. 2 to 8 gives m a mantissa of that many bits, which costs
            a multiplication and the guarantee of bit-exactness (contract, section 5).
        scale_bits: width of the code that stores an exponent, as in the quantizers.

    Example:

    >>> import numpy as np, pikelpn_keras as pk
    >>> model = keras.Sequential([
    ...     keras.Input((8, 8, 3)), pk.layers.QuantInput(),
    ...     pk.layers.QuantConv2D(4, 3, use_bias=False), QuantNorm(), pk.layers.QuantReLU()])
    >>> model.predict(np.zeros((1, 8, 8, 3), "uint8"), verbose=0).shape
    (1, 6, 6, 4)
    """

    def __init__(self, *args, mantissa_bits=1, scale_bits=4, **kwargs):
        super().__init__(*args, **kwargs)
        refuse(self, self.axis != -1, "normalises the last axis only; leave axis at -1")
        refuse(self, self.renorm, "has no renorm; leave it False")
        self.mantissa_bits = whole(self, mantissa_bits, 1, 8, "1 to 8 mantissa_bits")
        self.scale_bits = whole(self, scale_bits, 0, 8, "scale_bits from 0 to 8")
        refuse_momentum(self)

    def build(self, input_shape):
        super().build(input_shape)
        self._multiplier = self.add_weight(
            name="multiplier",
            shape=(input_shape[-1],),
            initializer=self._initial_multiplier,
            trainable=False,
        )
        self._batches = self.add_weight(
            name="batches", shape=(), initializer="zeros", trainable=False
        )

    @property
    def multiplier(self):
        """The multipliers m that the device uses, a float32 array; 0 where gamma is 0."""
        return ops.convert_to_numpy(self._multiplier)

    def set_multiplier(self, values):
        """Sets the multipliers; training lets them follow the statistics again.

        Args:
            values: array of signed numbers with `mantissa_bits` bits, one for each channel, whose
                exponents lie within `2**scale_bits` of each other; or zeros.
        """
        self._multiplier.assign(values)

    def follow_statistics(self):
        """Moves the multipliers to where gamma and the moving variance want them.

        Every training step does so, unless the layer is frozen. Call it after `gamma` or
        `moving_variance` were set by hand: evaluation and export read the multipliers as they are.
        """
        target = self._target(ops.cast(self.moving_variance, "float32"))
        multiplier = self._followed_multiplier(ops.cast(self._multiplier, "float32"), target)
        self._multiplier.assign(multiplier)

    def trust_statistics(self):
        """Takes the moving statistics for those of a long training, which later batches refine."""
        self._batches.assign(SETTLED)

    def call(self, inputs, training=None):
        grid = grid_of(inputs, self)
        refuse(self, grid.exponent is None, "follows another norm; remove one of them")
        exponents = exponent_vector(grid.exponent, inputs.shape[-1])
        if training and self.trainable:
            scale, offset = self._training_transform(inputs, exponents)
        else:
            scale, offset = self._device_transform(
                exponents, ops.cast(self._multiplier, "float32"), self.moving_mean
            )
            offset = straight_through(offset, self._beta())
        return attach(inputs * scale + offset, Grid(None, ACCUMULATOR_BITS, signed=True))

    def lower(self, graph, value):
        if not isinstance(value, Accumulator):
            value = graph.identity(value, self.name)
        refuse(
            self,
            value.norm is not None,
            f"follows another norm behind '{value.name}'; remove one of them",
        )
        exponents = exponent_vector(value.exponents.astype(np.float32), value.shape[-1])
        for variable in self.weights:
            self.finite(variable)
        bias, _ = self._device_bias(power_of_two(exponents), self.multiplier, self.moving_mean)
        return value.normed(self.record(), bias_integers(self, bias))

    def record(self):
        """The norm's codes as a `NormRecord`."""
        multiplier = self.finite(self._multiplier)
        carrier = ops.convert_to_numpy(_carrier(multiplier))
        mantissas, exponents = np.frexp(np.abs(carrier))
        width = self.mantissa_bits
        return NormRecord(
            scales=ScaleCodes.from_exponents(exponents - width, self.scale_bits),
            mantissas=np.ldexp(mantissas, width),
            mantissa_bits=width,
            signs=np.sign(multiplier),
        )

    def get_config(self):
        return {
            **super().get_config(),
            "mantissa_bits": self.mantissa_bits,
            "scale_bits": self.scale_bits,
        }

    def _gamma(self):
        return ops.cast(self.gamma, "float32") if self.scale else ops.ones(())

    def _beta(self):
        return ops.cast(self.beta, "float32") if self.center else ops.zeros(())

    def _training_transform(self, inputs, exponents):
        """Scale and offset of a training step; frozen, those of the device."""
        mean, variance = ops.moments(inputs, axes=list(range(len(inputs.shape) - 1)))
        whole_batch = batch_moments(mean, variance, ops.size(inputs) // inputs.shape[-1])
        if self.synchronized:
            mean, variance = whole_batch
        frozen = self.frozen_tensor()
        moving_mean, target, multiplier = self._follow(*whole_batch, frozen)
        scale = self._batch_scale(variance, target, multiplier)
        smooth = self._beta() + ops.where(frozen, 0.0, -(mean * scale))
        device_scale, device_offset = self._device_transform(exponents, multiplier, moving_mean)
        offset = straight_through(ops.where(frozen, device_offset, smooth), smooth)
        return ops.where(frozen, device_scale, scale), offset

    def _follow(self, mean, variance, frozen):
        """Lets moving mean, moving variance and multipliers follow a batch.

        A channel in which the batch is not finite keeps what it has.

        Returns:
            the new moving mean, the multipliers that the statistics want, and the new multipliers.
        """
        holds = ops.logical_or(frozen, ops.logical_not(ops.isfinite(variance)))
        batches = ops.cast(self._batches, "float32")
        # Early on the momentum is lower, so that no trace of the initial statistics is frozen in.
        rate = 1.0 - ops.minimum(self.momentum, (1.0 + batches) / (10.0 + batches))
        update(self._batches, batches + 1.0, frozen)
        averages = []
        for moving, batch in ((self.moving_mean, mean), (self.moving_variance, variance)):
            past = ops.cast(moving, "float32")
            averages.append(update(moving, past + (ops.stop_gradient(batch) - past) * rate, holds))
        target = self._target(averages[1])
        multiplier = self._followed_multiplier(ops.cast(self._multiplier, "float32"), target)
        return averages[0], target, update(self._multiplier, multiplier, frozen)

    def _target(self, variance):
        """The multipliers before they are quantized, without a gradient."""
        return ops.stop_gradient(self._gamma()) * ops.rsqrt(variance + self.epsilon)

    def _initial_multiplier(self, shape, dtype=None):
        target = self._target(ops.cast(self.moving_variance, dtype))
        return self._followed_multiplier(ops.ones(shape, dtype), target)

    def _followed_multiplier(self, multiplier, target):
        """The multipliers after they have seen what the statistics want; 0 where that is 0."""
        magnitude = ops.abs(target)
        state = ops.abs(multiplier)
        # Half the distance of neighbours, in the ratio of the hysteresis to half an octave.
        width = 2.0 ** (HYSTERESIS * 2.0 ** (1 - self.mantissa_bits))
        stays = ops.logical_and(magnitude <= state * width, state <= magnitude * width)
        moved = ops.where(stays, state, self._nearest(magnitude))
        lowest = nearest_power_of_two(ops.max(moved)) * 2.0 ** (1 - 2**self.scale_bits)
        return ops.sign(target) * ops.maximum(moved, lowest)

    def _nearest(self, magnitude):
        """The representable multiplier nearest to `magnitude`."""
        nearest = ops.clip(nearest_power_of_two(magnitude), 2.0**-60, 2.0**60)
        if self.mantissa_bits == 1:
            return nearest
        floor = ops.where(magnitude < nearest, nearest * 0.5, nearest)
        last_bit = floor * 2.0 ** (1 - self.mantissa_bits)
        return round_half_up(magnitude / last_bit) * last_bit

    def _batch_scale(self, variance, target, multiplier):
        """The scale of training: that of the batch's deviation, times the device's over its own."""
        magnitude = ops.abs(target)
        ratio = ops.clip(ops.abs(multiplier) / ops.maximum(magnitude, 1e-30), 0.5, 2.0)
        ratio = ops.stop_gradient(ops.where(magnitude > 0, ratio, 1.0))
        return ratio * self._gamma() * ops.rsqrt(variance + self.epsilon)

    def _device_transform(self, exponents, multiplier, mean):
        """Scale and offset on the device, for an accumulator of the given exponents."""
        unit = power_of_two(exponents)
        integers, carrier = self._device_bias(unit, multiplier, mean)
        return multiplier, integers * unit * carrier

    def _device_bias(self, unit, multiplier, mean):
        """The integers b of the device, in units of the accumulator, and what scales them."""
        carrier = _carrier(multiplier)
        mean = ops.where(multiplier == 0, 0.0, ops.cast(mean, "float32"))
        bias = ops.stop_gradient(self._beta()) / carrier - mean
        return round_half_up(bias / unit), carrier


def _carrier(multiplier):
    """The multipliers, with the largest magnitude in place of zeros: it carries beta alone."""
    largest = ops.max(ops.abs(multiplier))
    largest = ops.where(largest > 0, largest, 1.0)
    return ops.where(multiplier == 0, largest, multiplier)
