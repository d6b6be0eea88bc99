"""Exponents of weights picked by a loss, not by the largest weight."""

import numpy as np
from keras import ops

from pikelpn_keras.quantizers import best_fit

# Offsets from the exponent of the quantizer's own rule that are tried. Ties keep that exponent.
OFFSETS = (0, 1, -1, -2, -3)


def squared_error(weights, quantized, axes):
    """Mean squared error over `axes`, an array with length 1 there."""
    return np.mean((weights - quantized) ** 2, axis=axes, keepdims=True)


def angle_and_length_error(weights, quantized, axes):
    """How far angle and length of the vectors along `axes` are off.

    `(1 - cos(w, q)) + (1 - length(q) / length(w))**2`, after the vector loss of C. Gong et al.,
    "VecQ: Minimal Loss DNN Model Compression With Vectorized Weight Quantization", 2020, which
    likewise adds a loss of orientation and one of modulus.
    """
    length = np.sqrt(np.sum(weights**2, axis=axes, keepdims=True))
    other = np.sqrt(np.sum(quantized**2, axis=axes, keepdims=True))
    product = np.sum(weights * quantized, axis=axes, keepdims=True)
    tiny = np.finfo(np.float64).tiny
    cosine = product / np.maximum(length * other, tiny)
    return (1 - cosine) + (1 - other / np.maximum(length, tiny)) ** 2


_LOSSES = {"mse": squared_error, "angle_length": angle_and_length_error}


def choose_exponents(weights, quantizer, channel_axes=(-1,), loss="mse"):
    """The exponents of a kernel for which a loss is least.

    Tries one octave above to three below the quantizer's own choice, for each channel, or for all
    together where the quantizer is not `per_channel`.

    Args:
        weights: array, a kernel.
        quantizer: a `Quantizer`.
        channel_axes: axes that number the output channels.
        loss: "mse" or "angle_length".

    Returns:
        int64 vector, an exponent for each channel, or one in all.

    Raises:
        ValueError: if `loss` is unknown.

    Example:

    One large weight among many small ones is not worth their precision:

    >>> from pikelpn_keras.quantizers import UniformQuantizer
    >>> kernel = np.r_[np.linspace(-0.3, 0.3, 400), 1.4][:, None]
    >>> ops.convert_to_numpy(UniformQuantizer(4).exponents(kernel)).ravel()
    array([-2], dtype=int32)
    >>> choose_exponents(kernel, UniformQuantizer(4))
    array([-3])
    """
    if loss not in _LOSSES:
        raise ValueError(f"loss is one of {', '.join(_LOSSES)}, not {loss!r}")
    weights = np.asarray(weights, np.float32)
    kept = {axis % weights.ndim for axis in channel_axes} if quantizer.per_channel else set()
    axes = tuple(axis for axis in range(weights.ndim) if axis not in kept)
    natural = ops.convert_to_numpy(quantizer.exponents(weights, channel_axes)).astype(np.int32)
    best, least = natural, None
    for offset in OFFSETS:
        candidate = natural + np.int32(offset)
        integers = ops.convert_to_numpy(quantizer.to_int(weights, candidate))
        quantized = np.ldexp(integers.astype(np.float64), candidate)
        error = _LOSSES[loss](weights.astype(np.float64), quantized, axes)
        if least is None:
            least = error
        best = np.where(error < least, candidate, best)
        least = np.minimum(error, least)
    best = best.astype(np.int64).ravel()
    return np.maximum(best, best.max() - (2**quantizer.scale_bits - 1))


def fitting_quantizer(weights, candidates, channel_axes, loss):
    """The quantizer that fits a kernel best once its exponents are chosen by a loss.

    Args:
        weights: array, a kernel.
        candidates: quantizers.
        channel_axes: see `choose_exponents`.
        loss: as for `hold_exponents`.

    Returns:
        one of the candidates.
    """
    held = candidates
    if loss != "max":
        held = [q.holding(choose_exponents(weights, q, channel_axes, loss)) for q in candidates]
    return candidates[held.index(best_fit(weights, held, channel_axes))]


def hold_exponents(layer, loss):
    """Gives the quantizer of a layer with a kernel the exponents of least loss, and holds them.

    Args:
        layer: a quantized layer with a kernel.
        loss: "mse" or "angle_length"; "max" leaves the exponents to follow the kernel.
    """
    if loss == "max":
        return
    kernel = ops.convert_to_numpy(layer.ordered_kernel())
    exponents = choose_exponents(kernel, layer.quantizer, layer.channel_axes, loss)
    setattr(layer, layer.quantizer_argument, layer.quantizer.holding(exponents))
