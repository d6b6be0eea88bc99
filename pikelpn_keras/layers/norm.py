"""QuantNorm: batch normalization whose parameters are quantized."""

import keras
import numpy as np
from keras import ops

from pikelpn_keras.grids import ACCUMULATOR_BITS, attach, exponent_vector, grid_of
from pikelpn_keras.integer.grid import Grid
from pikelpn_keras.integer.records import NormRecord, ScaleCodes
from pikelpn_keras.layers.base import refuse
from pikelpn_keras.layers.freezable import FreezableLayer
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
        refuse(
            self,
            mantissa_bits not in range(1, 9),
            f"takes 1 to 8 mantissa_bits, not {mantissa_bits!r}",
        )
        refuse(
            self, scale_bits not in range(9), f"takes scale_bits from 0 to 8, not {scale_bits!r}"
        )
        self.mantissa_bits = mantissa_bits
        self.scale_bits = scale_bits

    def build(self, input_shape):
        super().build(input_shape)
        self._multiplier = self.add_weight(
            name="multiplier", shape=(input_shape[-1],), initializer="ones", trainable=False
        )
        self._batches = self.add_weight(
            name="batches", shape=(), initializer="zeros", trainable=False
        )

    @property
    def multiplier(self):
        """The multipliers m that the device uses, a float32 array."""
        return ops.convert_to_numpy(self._multiplier)

    def set_multiplier(self, values):
        """Sets the multipliers; training lets them follow the statistics again.

        Args:
            values: array of signed numbers with `mantissa_bits` bits, one for each channel, whose
                exponents lie within `2**scale_bits` of each other.
        """
        self._multiplier.assign(values)

    def trust_statistics(self):
        """Takes the moving statistics for those of a long training, which later batches refine."""
        self._batches.assign(SETTLED)

    def call(self, inputs, training=None):
        grid = grid_of(inputs, self)
        refuse(self, grid.exponent is None, "follows another norm; remove one of them")
        exponents = exponent_vector(grid.exponent, inputs.shape[-1])
        if not (training and self.trainable):
            scale, offset = self._device_transform(exponents)
        else:
            mean, variance = ops.moments(inputs, axes=list(range(len(inputs.shape) - 1)))
            self._follow(mean, variance)
            batch_scale, batch_offset = self._batch_transform(mean, variance)
            device_scale, device_offset = self._device_transform(exponents)
            frozen = ops.convert_to_tensor(self._frozen)
            scale = ops.where(frozen, device_scale, batch_scale)
            offset = ops.where(frozen, device_offset, batch_offset)
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
        bias = bias_integers(self, self._device_bias(exponents)[0])
        return value.plus(bias).times(self.record())

    def record(self):
        """The norm's codes as a `NormRecord`."""
        multiplier = self.finite(self._multiplier)
        mantissas, exponents = np.frexp(np.abs(multiplier))
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

    def _multiplier_value(self):
        return ops.convert_to_tensor(self._multiplier)

    def _gamma(self):
        return ops.convert_to_tensor(self.gamma) if self.scale else 1.0

    def _beta(self):
        return ops.convert_to_tensor(self.beta) if self.center else ops.zeros_like(self.moving_mean)

    def _follow(self, mean, variance):
        """Lets moving statistics and multipliers follow a batch."""
        batches = ops.convert_to_tensor(self._batches)
        # Early on the momentum is lower, so that no trace of the initial statistics is frozen in.
        momentum = ops.minimum(self.momentum, (1.0 + batches) / (10.0 + batches))
        for moving, batch in ((self.moving_mean, mean), (self.moving_variance, variance)):
            past = ops.convert_to_tensor(moving)
            self.update(moving, past + (ops.stop_gradient(batch) - past) * (1.0 - momentum))
        self.update(self._batches, batches + 1.0)
        self.update(self._multiplier, self._followed_multiplier())

    def _followed_multiplier(self):
        """The multiplier state after it has seen the moving statistics."""
        target = ops.stop_gradient(self._float_multiplier())
        magnitude = ops.abs(target)
        state = ops.abs(self._multiplier_value())
        # Half the distance of neighbours, in the ratio of the hysteresis to half an octave.
        width = 2.0 ** (HYSTERESIS * 2.0 ** (1 - self.mantissa_bits))
        left = ops.logical_or(magnitude > state * width, magnitude * width < state)
        moved = ops.where(ops.logical_and(left, magnitude > 0), self._nearest(magnitude), state)
        lowest = nearest_exponent(ops.max(moved)) - (2**self.scale_bits - 1)
        moved = ops.maximum(moved, power_of_two(lowest))
        return ops.where(target < 0, -moved, moved)

    def _nearest(self, magnitude):
        """The representable multiplier nearest to `magnitude`."""
        nearest = ops.clip(nearest_exponent(magnitude), -60, 60)
        if self.mantissa_bits == 1:
            return power_of_two(nearest)
        floor = ops.where(magnitude < power_of_two(nearest), nearest - 1, nearest)
        last_bit = floor - (self.mantissa_bits - 1)
        return round_half_up(magnitude * power_of_two(-last_bit)) * power_of_two(last_bit)

    def _float_multiplier(self):
        moving_variance = ops.convert_to_tensor(self.moving_variance)
        return self._gamma() * ops.rsqrt(moving_variance + self.epsilon)

    def _batch_transform(self, mean, variance):
        """Scale and offset of training: the batch's statistics, the device's scale."""
        magnitude = ops.abs(self._float_multiplier())
        state = ops.abs(self._multiplier_value())
        ratio = ops.where(magnitude > 0, state / ops.maximum(magnitude, 1e-30), 1.0)
        ratio = ops.stop_gradient(ops.clip(ratio, 0.5, 2.0))
        scale = ratio * self._gamma() * ops.rsqrt(variance + self.epsilon)
        return scale, self._beta() - mean * scale

    def _device_transform(self, exponents):
        """Scale and offset on the device, for an accumulator of the given exponents."""
        multiplier = self._multiplier_value()
        integers, exact = self._device_bias(exponents)
        offset = straight_through(integers * power_of_two(exponents), exact) * multiplier
        return multiplier, offset

    def _device_bias(self, exponents):
        """The integers b of the device, and the bias before rounding, in values."""
        bias = self._beta() / self._multiplier_value() - ops.convert_to_tensor(self.moving_mean)
        return round_half_up(ops.stop_gradient(bias) * power_of_two(-exponents)), bias
