"""How well quantizers fit the distribution of a kernel's weights.

Distribution-Heterogeneous Quantization gives a kernel the quantizer that fits its weights. What
fits is a matter of tails: evenly spaced integers waste their range on rare large weights, powers of
two are off by the same fraction of a weight whatever its size. Each output channel counts alike,
because the norm behind it makes up for its size.
"""

import math

import numpy as np
from keras import ops

# What fits in so many bits and has an exact encoding on every kernel (contract, section 5).
CANDIDATES = {3: ("uniform3", "power_of_two3"), 4: ("uniform4", "power_of_two6")}


def relative_error(weights, quantizer, channel_axes=(-1,)):
    """Squared error of a quantizer over the squared length of the weights, mean of the channels.

    Measured at the exponents that the quantizer chooses, or those that it holds. Powers of two are
    off by 3.9 % where weights spread over their levels. Evenly spaced integers up to q are off by
    about `(crest / q)**2 / 12`, with the crest factor `max / rms`: in 4 bits, up to 7, they fit
    better below a crest factor of 4.8. A channel of 9 weights, a depthwise one, cannot exceed 3.

    Args:
        weights: array, a kernel.
        quantizer: a `Quantizer`.
        channel_axes: axes that number the output channels.

    Returns:
        a float; channels of zeros count as 0.

    Raises:
        ValueError: if a weight is NaN or infinite.

    Example:

    >>> from pikelpn_keras.quantizers import PowerOfTwoQuantizer, UniformQuantizer
    >>> weights = np.linspace(-0.7, 0.7, 99)[:, None]
    >>> quantizers = UniformQuantizer(4), PowerOfTwoQuantizer(6)
    >>> [round(relative_error(weights, quantizer), 4) for quantizer in quantizers]
    [0.0081, 0.0391]
    """
    weights, quantized = _vectors(weights, quantizer, channel_axes)
    length = np.maximum(np.sum(weights**2, axis=1), np.finfo(np.float64).tiny)
    return float(np.mean(np.sum((weights - quantized) ** 2, axis=1) / length))


def angle(weights, quantizer, channel_axes=(-1,)):
    """The angle that a quantizer turns the weights of an output channel by, mean of the channels.

    Unlike the relative error it does not count what a scale behind the kernel makes up for.

    Args:
        weights: see `relative_error`.
        quantizer: see `relative_error`.
        channel_axes: see `relative_error`.

    Returns:
        degrees, a float; 90 for a channel that is quantized to zeros.

    Raises:
        ValueError: see `relative_error`.

    Example:

    >>> from pikelpn_keras.quantizers import BinaryQuantizer
    >>> angle(np.array([[1.0], [0.0]]), BinaryQuantizer())
    45.0
    """
    weights, quantized = _vectors(weights, quantizer, channel_axes)
    lengths = np.linalg.norm(weights, axis=1) * np.linalg.norm(quantized, axis=1)
    cosine = np.sum(weights * quantized, axis=1) / np.maximum(lengths, np.finfo(np.float64).tiny)
    degrees = np.degrees(np.arccos(np.clip(cosine, -1, 1)))
    return round(float(np.mean(np.where(np.any(weights, axis=1), degrees, 0))), 9)


_SCORES = {"squared_error": relative_error, "angle": angle}


def best_fit(weights, candidates=CANDIDATES[4], channel_axes=(-1,), score="squared_error"):
    """The quantizer that fits the weights of a kernel best.

    Args:
        weights: array, a kernel.
        candidates: quantizers, or what `quantizers.get` makes some of; the first of equals wins.
        channel_axes: axes that number the output channels, (-2, -1) for depthwise kernels.
        score: "squared_error" for `relative_error`, or "angle".

    Returns:
        a `Quantizer`.

    Raises:
        ValueError: if there are no candidates, the score is unknown, or a weight is not finite.

    Example:

    >>> random = np.random.default_rng(0)
    >>> best_fit(random.uniform(-1, 1, (3, 3, 64, 1)), channel_axes=(-2, -1))
    UniformQuantizer(bits=4, per_channel=True, scale_bits=4)
    >>> best_fit(random.standard_t(2, (1, 1, 1024, 64)))
    PowerOfTwoQuantizer(levels=6, per_channel=True, scale_bits=4)
    """
    from pikelpn_keras.quantizers import get

    if score not in _SCORES:
        raise ValueError(f"score is one of {', '.join(_SCORES)}, not {score!r}")
    found = [get(candidate) for candidate in candidates]
    if not found:
        raise ValueError("there are no candidates; give at least one quantizer")
    return min(found, key=lambda each: _SCORES[score](weights, each, channel_axes))


def _vectors(weights, quantizer, channel_axes):
    """Weights and quantized weights, float64 `(channels, weights of a channel)`."""
    weights = np.asarray(weights, np.float32)
    if not np.isfinite(weights).all():
        raise ValueError("a weight is NaN or infinite, so no quantizer fits")
    integers, exponents = map(ops.convert_to_numpy, quantizer.quantize(weights, channel_axes))
    quantized = np.ldexp(integers.astype(np.float64), exponents)
    kept = [axis % weights.ndim for axis in channel_axes]
    order = kept + [axis for axis in range(weights.ndim) if axis not in kept]
    channels = math.prod(weights.shape[axis] for axis in kept)
    return tuple(
        values.astype(np.float64).transpose(order).reshape(channels, -1)
        for values in (weights, quantized)
    )
