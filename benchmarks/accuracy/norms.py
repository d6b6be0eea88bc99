"""Norms that the experiments compare with QuantNorm; none of them is for use."""

import keras
from keras import ops

import pikelpn_keras as pk
from pikelpn_keras.grids import ACCUMULATOR_BITS, attach
from pikelpn_keras.integer.grid import Grid
from pikelpn_keras.rounding import nearest_power_of_two, straight_through


class FloatNorm(pk.layers.QuantNorm):
    """Batch normalization that nothing rounds."""

    def call(self, inputs, training=None):
        outputs = keras.layers.BatchNormalization.call(self, inputs, training=training)
        return attach(outputs, Grid(None, ACCUMULATOR_BITS, signed=True))


class FollowingMeanNorm(pk.layers.QuantNorm):
    """QuantNorm whose moving mean follows the batches while it is frozen, too.

    Frozen, the norms before it compute what the device does, which moves the means it meets.
    """

    def call(self, inputs, training=None):
        past = ops.convert_to_tensor(self.moving_mean)
        outputs = super().call(inputs, training=training)
        if training:
            mean = ops.mean(ops.stop_gradient(inputs), list(range(len(inputs.shape) - 1)))
            followed = past + (mean - past) * (1 - self.momentum)
            held = ops.convert_to_tensor(self.moving_mean)
            self.moving_mean.assign(ops.where(self.frozen_tensor(), followed, held))
        return outputs


class HysteresisNorm(pk.layers.QuantNorm):
    """QuantNorm whose exponents move beyond so many octaves.

    Args:
        hysteresis: octaves; 0.5 is the nearest exponent at all times.
        *args, **kwargs: those of QuantNorm.
    """

    def __init__(self, *args, hysteresis, **kwargs):
        super().__init__(*args, **kwargs)
        self.hysteresis = hysteresis

    @property
    def settings(self):
        return super().settings._replace(hysteresis=self.hysteresis)


class _StraightNorm(pk.layers.QuantNorm):
    """Batch normalization whose parameters are rounded as a batch comes; it has no other state."""

    def call(self, inputs, training=None):
        mean, variance = self.moving_mean, self.moving_variance
        if training:
            mean, variance = ops.moments(inputs, list(range(len(inputs.shape) - 1)))
            for moving, batch in ((self.moving_mean, mean), (self.moving_variance, variance)):
                past = self.momentum * ops.convert_to_tensor(moving)
                moving.assign(past + (1 - self.momentum) * ops.stop_gradient(batch))
        outputs = self.normalized(inputs, ops.convert_to_tensor(mean), variance + self.epsilon)
        return attach(outputs, Grid(None, ACCUMULATOR_BITS, signed=True))


class NaiveNorm(_StraightNorm):
    """Batch normalization whose gamma, beta, mean and variance are powers of two, each rounded."""

    def normalized(self, inputs, mean, variance):
        gamma, beta, mean, variance = map(_rounded, (self.gamma, self.beta, mean, variance))
        return (inputs - mean) * gamma * ops.rsqrt(variance) + beta


class BatchPowerOfTwoNorm(_StraightNorm):
    """Batch normalization whose multiplier is the power of two nearest to that of the batch."""

    def normalized(self, inputs, mean, variance):
        return (inputs - mean) * _rounded(self.gamma * ops.rsqrt(variance)) + self.beta


def _rounded(values):
    """The nearest powers of two of either sign; the gradient is straight-through."""
    values = ops.convert_to_tensor(values)
    magnitude = nearest_power_of_two(ops.maximum(ops.abs(values), 2.0**-60))
    rounded = ops.where(values == 0, 0.0, ops.sign(values) * magnitude)
    return straight_through(rounded, values)
