"""QuantNorm: batch normalization whose parameters are quantized."""

import keras
import numpy as np
from keras import ops

from pikelpn_keras.grids import ACCUMULATOR_BITS, attach, exponent_vector, grid_of
from pikelpn_keras.integer.grid import Grid
from pikelpn_keras.integer.records import NormRecord, ScaleCodes
from pikelpn_keras.layers.base import refuse, whole
from pikelpn_keras.layers.freezable import FreezableLayer, refuse_momentum
from pikelpn_keras.lowering import Accumulator, bias_integers
from pikelpn_keras.rounding import (
    HYSTERESIS,
    nearest_exponent,
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
            axis is the last; `renorm` and `synchronized` are refused. The momentum of batch n is at
            most (1 + n) / (10 + n), so that short trainings freeze sound statistics too.
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
        refuse(self, self.synchronized, "has no synchronized statistics; leave it False")
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
        state = ops.convert_to_tensor(self._multiplier)
        variance = ops.convert_to_tensor(self.moving_variance)
        self._multiplier.assign(self._followed_multiplier(state, variance))

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
                exponents,
                ops.convert_to_tensor(self._multiplier),
                ops.convert_to_tensor(self.moving_mean),
            )
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
        bias, _, _ = self._device_bias(
            exponents, self.multiplier, ops.convert_to_numpy(self.moving_mean)
        )
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
        return ops.convert_to_tensor(self.gamma) if self.scale else 1.0

    def _beta(self):
        return ops.convert_to_tensor(self.beta) if self.center else 0.0

    def _training_transform(self, inputs, exponents):
        """Scale and offset of a training step; frozen, those of the device."""
        mean, variance = ops.moments(inputs, axes=list(range(len(inputs.shape) - 1)))
        moving_mean, moving_variance, multiplier = self._follow(mean, variance)
        batch = self._batch_transform(mean, variance, moving_variance, multiplier)
        device = self._device_transform(exponents, multiplier, moving_mean)
        frozen = ops.convert_to_tensor(self._frozen)
        return (ops.where(frozen, d, b) for d, b in zip(device, batch, strict=True))

    def _follow(self, mean, variance):
        """Lets moving mean, moving variance and multipliers follow a batch; gives the new ones.

        A channel in which the batch is not finite keeps what it has.
        """
        moves = ops.logical_and(self.moves(), ops.isfinite(variance))
        batches = ops.convert_to_tensor(self._batches)
        # Early on the momentum is lower, so that no trace of the initial statistics is frozen in.
        rate = 1.0 - ops.minimum(self.momentum, (1.0 + batches) / (10.0 + batches))
        self.update(self._batches, batches + 1.0, self.moves())
        averages = []
        for moving, batch in ((self.moving_mean, mean), (self.moving_variance, variance)):
            past = ops.convert_to_tensor(moving)
            average = past + (ops.stop_gradient(batch) - past) * rate
            averages.append(self.update(moving, average, moves))
        multiplier = self._followed_multiplier(ops.convert_to_tensor(self._multiplier), averages[1])
        return *averages, self.update(self._multiplier, multiplier, self.moves())

    def _initial_multiplier(self, shape, dtype=None):
        ones = ops.ones(shape, dtype)
        return self._followed_multiplier(ones, ops.convert_to_tensor(self.moving_variance))

    def _followed_multiplier(self, multiplier, variance):
        """The multipliers after they have seen gamma and the moving variance; 0 where gamma is."""
        target = ops.stop_gradient(self._gamma() * ops.rsqrt(variance + self.epsilon))
        magnitude = ops.abs(target)
        state = ops.abs(multiplier)
        # Half the distance of neighbours, in the ratio of the hysteresis to half an octave.
        width = 2.0 ** (HYSTERESIS * 2.0 ** (1 - self.mantissa_bits))
        left = ops.logical_or(magnitude > state * width, magnitude * width < state)
        moved = ops.where(left, self._nearest(magnitude), state)
        lowest = nearest_exponent(ops.max(moved)) - (2**self.scale_bits - 1)
        return ops.sign(target) * ops.maximum(moved, power_of_two(lowest))

    def _nearest(self, magnitude):
        """The representable multiplier nearest to `magnitude`."""
        nearest = ops.clip(nearest_exponent(magnitude), -60, 60)
        if self.mantissa_bits == 1:
            return power_of_two(nearest)
        floor = ops.where(magnitude < power_of_two(nearest), nearest - 1, nearest)
        last_bit = floor - (self.mantissa_bits - 1)
        return round_half_up(magnitude * power_of_two(-last_bit)) * power_of_two(last_bit)

    def _batch_transform(self, mean, variance, moving_variance, multiplier):
        """Scale and offset of training: the batch's statistics, the device's scale."""
        gamma = self._gamma()
        magnitude = ops.abs(gamma * ops.rsqrt(moving_variance + self.epsilon))
        ratio = ops.clip(ops.abs(multiplier) / ops.maximum(magnitude, 1e-30), 0.5, 2.0)
        ratio = ops.stop_gradient(ops.where(magnitude > 0, ratio, 1.0))
        scale = ratio * gamma * ops.rsqrt(variance + self.epsilon)
        return scale, self._beta() - mean * scale

    def _device_transform(self, exponents, multiplier, mean):
        """Scale and offset on the device, for an accumulator of the given exponents."""
        integers, exact, carrier = self._device_bias(exponents, multiplier, mean)
        offset = straight_through(integers * power_of_two(exponents), exact) * carrier
        return multiplier, offset

    def _device_bias(self, exponents, multiplier, mean):
        """The integers b of the device, b before rounding in values, and what it is scaled by."""
        carrier = _carrier(multiplier)
        bias = self._beta() / carrier - ops.where(multiplier == 0, 0.0, mean)
        integers = round_half_up(ops.stop_gradient(bias) * power_of_two(-exponents))
        return integers, bias, carrier


def _carrier(multiplier):
    """The multipliers, with the largest magnitude in place of zeros: it carries beta alone."""
    largest = ops.max(ops.abs(multiplier))
    largest = ops.where(largest > 0, largest, 1.0)
    return ops.where(multiplier == 0, largest, multiplier)
