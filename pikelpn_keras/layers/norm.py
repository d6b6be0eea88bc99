"""QuantNorm: batch normalization whose parameters are quantized."""

import keras
import numpy as np
from keras import ops

from pikelpn_keras.graph_builder import Accumulator, bias_integers
from pikelpn_keras.grids import ACCUMULATOR_BITS, attach, exponent_vector, grid_of
from pikelpn_keras.integer.grid import Grid
from pikelpn_keras.integer.records import NormRecord, ScaleCodes
from pikelpn_keras.layers.base import refuse, whole
from pikelpn_keras.layers.channel_rows import channel_moments, channel_size
from pikelpn_keras.layers.freezable import FreezableLayer, refuse_momentum
from pikelpn_keras.layers.norm_step import (
    NormSettings,
    NormStates,
    carrier_of,
    device_bias,
    device_transform,
    followed_multipliers,
    training_step,
    wanted_multipliers,
)
from pikelpn_keras.layers.normalized import normalized
from pikelpn_keras.replicas import batch_moments, everywhere
from pikelpn_keras.rounding import straight_through

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
    def settings(self):
        """What the layer was made with, as `NormSettings`."""
        return NormSettings(self.momentum, self.epsilon, self.mantissa_bits, self.scale_bits)

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
        self._multiplier.assign(self._following(ops.cast(self._multiplier, "float32")))

    def trust_statistics(self):
        """Takes the moving statistics for those of a long training, which later batches refine."""
        self._batches.assign(SETTLED)

    def call(self, inputs, training=None):
        grid = grid_of(inputs, self)
        refuse(self, grid.exponent is None, "follows another norm; remove one of them")
        exponents = exponent_vector(grid.exponent, inputs.shape[-1])
        if training and self.trainable:
            outputs = self._trained(inputs, exponents)
        else:
            beta = self._beta()
            multiplier, moving_mean = (
                ops.cast(v, "float32") for v in (self._multiplier, self.moving_mean)
            )
            fixed_beta = ops.stop_gradient(beta)
            scale, offset = device_transform(exponents, multiplier, moving_mean, fixed_beta)
            outputs = inputs * scale + straight_through(offset, beta)
        return attach(outputs, Grid(None, ACCUMULATOR_BITS, signed=True))

    def lower(self, graph, value):
        if not isinstance(value, Accumulator):
            value = graph.identity(value, self.name)
        refuse(
            self,
            value.norm is not None,
            f"follows another norm behind '{value.name}'; remove one of them",
        )
        values = {variable.name: self.finite(variable) for variable in self.weights}
        multiplier, beta = values["multiplier"], values.get("beta", np.float32(0))
        density = np.ldexp(np.float32(1), -value.exponents)
        carrier = carrier_of(multiplier, np)
        with np.errstate(over="ignore"):
            bias = device_bias(density, multiplier, carrier, values["moving_mean"], beta, np)
        return value.normed(self._record(multiplier, carrier), bias_integers(self, bias))

    def record(self):
        """The norm's codes as a `NormRecord`."""
        multiplier = self.finite(self._multiplier)
        return self._record(multiplier, carrier_of(multiplier, np))

    def _record(self, multiplier, carrier):
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
        return ops.cast(self.gamma, "float32") if self.scale else ops.ones(self.moving_mean.shape)

    def _beta(self):
        return ops.cast(self.beta, "float32") if self.center else ops.zeros(self.moving_mean.shape)

    def _trained(self, inputs, exponents):
        """The outputs of a training step; frozen, those of the device."""
        values = ops.stop_gradient(inputs)
        mean, variance = channel_moments(values)
        count = channel_size(inputs)
        whole_batch = batch_moments(mean, variance, count)
        if self.synchronized:
            mean, variance = whole_batch
            count = ops.sum(everywhere(count), axis=0)
        parameters = self._gamma(), self._beta()
        variables = (self._multiplier, self._batches, self.moving_mean, self.moving_variance)
        states, transform = training_step(
            NormStates(*(ops.cast(v, "float32") for v in variables)),
            (mean, variance, count),
            whole_batch,
            tuple(ops.stop_gradient(p) for p in parameters),
            self.frozen_tensor(),
            exponents,
            settings=self.settings,
        )
        for variable, state in zip(variables, states, strict=True):
            variable.assign(state)
        return normalized(inputs, *parameters, transform, self.synchronized)

    def _initial_multiplier(self, shape, dtype=None):
        return self._following(ops.ones(shape, dtype))

    def _following(self, multiplier):
        """What becomes of multipliers that see gamma and the moving variance."""
        variance = ops.cast(self.moving_variance, "float32")
        target = wanted_multipliers(variance, self._gamma(), self.epsilon)
        return followed_multipliers(multiplier, target, self.settings)[0]
