"""The reverse of `encoding`: the integers of a fused layer from the numbers in its file."""

import dataclasses

import numpy as np

from tflite_export import encoding
from tflite_export.reading.errors import UnfitRecordError

SCHEMES = {
    scheme.name: scheme
    for scheme in (encoding.A, encoding.B, encoding.C, encoding.D, encoding.M, encoding.PLAIN)
}


@dataclasses.dataclass(frozen=True, eq=False)
class Stored:
    """A fused layer as its file holds it.

    Attributes:
        weights: int8 array, output channels innermost.
        bias: int32 array `(channels,)`.
        scales: float32 array `(channels,)`, the scales of the weights.
    """

    weights: np.ndarray
    bias: np.ndarray
    scales: np.ndarray


def decode(stored, scheme, multiplier, grids_exponent):
    """The integers of a layer that is stored in a class of the tie-free encoding.

    Args:
        stored: a `Stored`.
        scheme: the `Scheme`, out of `SCHEMES`.
        multiplier: int64 array `(channels,)` of mantissas.
        grids_exponent: exponent of the output grid less that of the input grid.

    Returns:
        dict of the fields kernel, bias, multiplier and shift of a `LinearNode`.

    Raises:
        UnfitRecordError: if the numbers are not of that class.

    Example:

    >>> stored = Stored(np.array([[12], [-28]]), np.array([22]), np.float32([2**-3]))
    >>> fields = decode(stored, encoding.A, np.array([1]), 0)
    >>> fields["kernel"].ravel(), fields["bias"], fields["shift"]
    (array([ 3, -7]), array([5]), array([1]))
    """
    shift, rounds = _shift(stored.scales, scheme, multiplier, grids_exponent)
    factor = np.where(rounds, scheme.factor, 1)
    offset = np.where(rounds, scheme.offset, 0)
    weights, bias = stored.weights.astype(np.int64), stored.bias.astype(np.int64) - offset
    if (weights % factor).any() or (bias % factor).any():
        raise UnfitRecordError(f"its weights or biases are not encoded in class {scheme.name}")
    return {
        "kernel": weights // factor,
        "bias": bias // factor,
        "multiplier": multiplier,
        "shift": shift,
    }


def _shift(scales, scheme, multiplier, grids_exponent):
    """(shifts, where the kernels round) of the channels."""
    plain = _exponents(scales, multiplier)
    shift, rounds = grids_exponent - plain, np.zeros(scales.shape, bool)
    if scheme.nudge is not None:
        restored = np.nextafter(scales, np.float32(np.inf if scheme.nudge == 0 else 0))
        rounds = ~np.isfinite(plain)
        shift = np.where(rounds, grids_exponent - _exponents(restored, multiplier), shift)
    elif scheme.factor != 1:
        rounds = shift > 0
    shift = shift - np.where(rounds, np.log2(scheme.factor), 0)
    if not np.isfinite(shift).all() or (rounds != (shift > 0)).any():
        raise UnfitRecordError(f"its scales are not those of class {scheme.name}")
    return shift.astype(np.int64), rounds


def _exponents(scales, multiplier):
    """float64 array of the exponents of `scales / multiplier`; NaN for what is no power of two."""
    mantissas, exponents = np.frexp(scales.astype(np.float64) / multiplier)
    return np.where(mantissas == 0.5, exponents - 1.0, np.nan)
