"""What `QuantNorm` computes for each channel: statistics, multipliers and transforms."""

from typing import Any, NamedTuple

from keras import ops

from pikelpn_keras.layers.normalized import BatchTransform
from pikelpn_keras.rounding import (
    HYSTERESIS,
    finite,
    magnitude,
    nearest_power_of_two,
    power_of_two,
    round_half_up,
)
from pikelpn_keras.tracing import traced_for_all_shapes, traced_once


class NormSettings(NamedTuple):
    """What a norm was made with.

    Attributes:
        momentum: weight of the past in the statistics.
        epsilon: what is added to variances.
        mantissa_bits: bits of a multiplier's mantissa.
        scale_bits: width of the code of a multiplier's exponent.
        hysteresis: octaves beyond which a multiplier of one bit moves; 0.5 is the nearest one at
            all times.
    """

    momentum: float
    epsilon: float
    mantissa_bits: int
    scale_bits: int
    hysteresis: float = HYSTERESIS


class NormStates(NamedTuple):
    """What a norm remembers, float32 tensors of shape (channels,).

    Attributes:
        multiplier: the multipliers m of the device.
        batches: how many batches the statistics have seen, a scalar.
        moving_mean, moving_variance: the statistics.
    """

    multiplier: Any
    batches: Any
    moving_mean: Any
    moving_variance: Any


def _shapes_of_step(states, *others, settings):
    """Shapes of what `training_step` returns: `batches` is a scalar, all else are vectors."""
    vector = states.multiplier.shape
    return vector, (), *[vector] * (len(NormStates._fields) - 2 + len(BatchTransform._fields))


@traced_for_all_shapes(_shapes_of_step)
def training_step(states, batch, whole_batch, parameters, frozen, exponents, *, settings):
    """What a batch makes of the states, and what the states make of the batch.

    Args:
        states: `NormStates`.
        batch: mean, variance and count of the values that are normalised.
        whole_batch: mean and variance that the statistics follow; channels in which they are not
            finite keep their statistics.
        parameters: gamma and beta.
        frozen: bool scalar; whether states hold still and the transform is that of the device.
        exponents: those of the accumulator, float32 of shape (channels,).
        settings: `NormSettings`.

    Returns:
        the new `NormStates` and a `BatchTransform`.
    """
    mean, variance, count = batch
    gamma, beta = parameters
    free = 1.0 - ops.cast(frozen, "float32")
    # Early on the momentum is lower, so that no trace of the initial statistics is frozen in.
    rate = free * ops.maximum(1.0 - settings.momentum, 9.0 / (10.0 + states.batches))
    sound = finite(whole_batch[1])
    moving_mean, moving_variance = (
        ops.where(sound, past + (seen - past) * rate, past)
        for past, seen in zip(states[2:], whole_batch, strict=True)
    )
    target = wanted_multipliers(moving_variance, gamma, settings.epsilon)
    held = states.multiplier
    multiplier, ratio = followed_multipliers(held, target, settings)
    multiplier = ops.where(frozen, held, multiplier)

    inverse_deviation = ops.rsqrt(variance + settings.epsilon)
    slope = ops.where(frozen, 0.0, ratio * inverse_deviation)
    scale = slope * gamma
    device_scale, device_offset = _device_transform(exponents, held, moving_mean, beta)
    pull = scale / count
    transform = BatchTransform(
        scale=ops.where(frozen, device_scale, scale),
        offset=ops.where(frozen, device_offset, beta - mean * scale),
        mean=mean,
        slope=slope,
        pull=pull,
        tilt=pull * ops.square(inverse_deviation),
    )
    return NormStates(multiplier, states.batches + free, moving_mean, moving_variance), transform


def wanted_multipliers(variance, gamma, epsilon):
    """The multipliers before they are quantized: `gamma / sqrt(variance + epsilon)`."""
    return gamma * ops.rsqrt(variance + epsilon)


def followed_multipliers(multiplier, target, settings):
    """What has become of the multipliers after they have seen what the statistics want.

    Args:
        multiplier: float32 tensor of shape (channels,), the multipliers so far.
        target: the same, as `wanted_multipliers` gives them.
        settings: `NormSettings`.

    Returns:
        the multipliers, 0 where the target is, and by how much they are too large: 0.5 to 2, and 1
        where the target is 0.

    Example:

    >>> settings = NormSettings(momentum=0.99, epsilon=1e-3, mantissa_bits=1, scale_bits=4)
    >>> multiplier, ratio = followed_multipliers(ops.array([1.0]), ops.array([0.3]), settings)
    >>> ops.convert_to_numpy(multiplier), ops.convert_to_numpy(ratio).round(3)
    (array([0.25], dtype=float32), array([0.833], dtype=float32))
    """
    wanted, state = magnitude(target), magnitude(multiplier)
    # Half the distance of neighbours, in the ratio of the hysteresis to half an octave.
    width = 2.0 ** (settings.hysteresis * 2.0 ** (1 - settings.mantissa_bits))
    stays = ops.logical_and(wanted <= state * width, state <= wanted * width)
    moved = ops.where(stays, state, _nearest(wanted, settings.mantissa_bits))
    lowest = nearest_power_of_two(ops.max(moved)) * 2.0 ** (1 - 2**settings.scale_bits)
    moved = ops.maximum(moved, lowest)
    matters = wanted > 0
    near = ops.clip(moved, 0.5 * wanted, 2.0 * wanted)
    # The division last: XLA computes anew for every pixel what cheaper operators follow.
    ratio = ops.where(matters, near, 1.0) / ops.where(matters, wanted, 1.0)
    return ops.where(matters, ops.where(target < 0, -moved, moved), target), ratio


def _nearest(wanted, mantissa_bits):
    """The representable multiplier nearest to `wanted`, a magnitude."""
    nearest = ops.clip(nearest_power_of_two(wanted), 2.0**-60, 2.0**60)
    if mantissa_bits == 1:
        return nearest
    floor = ops.where(wanted < nearest, nearest * 0.5, nearest)
    last_bit = floor * 2.0 ** (1 - mantissa_bits)
    return round_half_up(wanted / last_bit) * last_bit


@traced_once
def device_transform(exponents, multiplier, mean, beta):
    """Scale and offset on the device, for an accumulator of the given exponents.

    Args:
        exponents: float32 tensor of shape (channels,).
        multiplier: the multipliers m.
        mean: the moving mean.
        beta: the parameter beta.
    """
    return _device_transform(exponents, multiplier, mean, beta)


def _device_transform(exponents, multiplier, mean, beta):
    """The same for other traced functions: a call within a call costs TensorFlow time."""
    density, carrier = power_of_two(-exponents), carrier_of(multiplier, ops)
    integers = device_bias(density, multiplier, carrier, mean, beta, ops)
    # No division: by a constant, graphs of TensorFlow multiply by its inverse, which is not exact.
    return multiplier, integers * power_of_two(exponents) * carrier


def device_bias(density, multiplier, carrier, mean, beta, library):
    """The integers b of the device, as floats.

    Args:
        density: units of the accumulator in 1.
        multiplier: the multipliers m.
        carrier: what scales b.
        mean: the moving mean.
        beta: the parameter beta.
        library: `keras.ops` for tensors, `numpy` for arrays.
    """
    bias = beta / carrier - library.where(multiplier == 0, 0.0, mean)
    return round_half_up(bias * density)


def carrier_of(multiplier, library):
    """The multipliers, with the largest magnitude in place of zeros: it carries beta alone."""
    largest = library.max(library.maximum(multiplier, -multiplier))
    largest = library.where(largest > 0, largest, 1.0)
    return library.where(multiplier == 0, largest, multiplier)
