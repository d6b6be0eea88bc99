"""The tie-free encoding of fused layers (contract, section 5).

A kernel multiplies an accumulator by a scale and rounds; kernels differ in how they round ties. The
encoding makes the accumulators such that none of them is a tie.
"""

import dataclasses

import numpy as np

from tflite_export.linear_proof import prove_linear
from tflite_export.proof import DEVICES, INT32_MAX, XNNPACK, Proof

XNNPACK_RATIO_LIMIT = 256
# A shift of 25 makes 0 of accumulators up to this.
LARGEST_NEEDED_SHIFT, VANISHING_REACH = 25, 2**24


@dataclasses.dataclass(frozen=True)
class Scheme:
    """One class of the encoding: the accumulator in the file is `factor * accumulator + offset`.

    Attributes:
        name: the class, "A", "B", "C", "D", "M" or "-".
        factor: multiplies weights and biases; a power of two.
        offset: is added to biases.
        nudge: the scale moves one float32 towards this number; None leaves it as it is.
        float_limit: largest decisive encoded accumulator for which XNNPACK's one rounding, of the
            float32 product with the scale, is right.
        fixed_limit: the same for two roundings in fixed point.
        exact_unsigned: the runtimes that are exact behind unsigned outputs, within the limits.
        exact_signed: the runtimes that are exact behind signed outputs, within the limits.
    """

    name: str
    factor: int
    offset: int
    nudge: float | None
    float_limit: int
    fixed_limit: int
    exact_unsigned: tuple[str, ...] = DEVICES
    exact_signed: tuple[str, ...] = DEVICES


# A: the encoded accumulator is twice an odd number: its half is exact and never a tie. float32
#    holds it below 2**25.
A = Scheme("A", 4, 2, None, 2**25 - 1, INT32_MAX)
# B: the encoded accumulator is odd. Below 2**23 the product with the nudged scale lies less than
#    half a unit below it, and the first rounding in fixed point restores it.
B = Scheme("B", 2, 1, 0.0, 2**23 - 1, 2**23 - 1)
# C: the nudge lifts positive ties, and below 2**22 nothing else across one. Negative ties sink,
#    which an unsigned output hides. Two roundings in fixed point round odd accumulators up first.
C = Scheme("C", 1, 0, np.inf, 2**22, INT32_MAX, exact_unsigned=(XNNPACK,), exact_signed=())
# D: in fixed point the nudge makes the first rounding exact, and the second one takes ties away
#    from 0. For layers that XNNPACK leaves to such kernels.
D = Scheme("D", 1, 0, 0.0, 2**23 - 1, 2**23 - 1, exact_signed=())
# M: as C, the multipliers being mantissas.
M = dataclasses.replace(C, name="M")
# No channel rounds.
PLAIN = Scheme("-", 1, 0, None, INT32_MAX, INT32_MAX)


@dataclasses.dataclass(frozen=True, eq=False)
class Encoding:
    """A fused layer as it is written to the file.

    Attributes:
        weights: int8 array of the shape of the node's kernel.
        bias: int32 array `(channels,)`.
        scales: float32 array `(channels,)`, the scales of the weights.
        proof: class of the encoding and what is proven of it.
    """

    weights: np.ndarray
    bias: np.ndarray
    scales: np.ndarray
    proof: Proof


def encode(node, storage, tight=C):
    """Encodes a fused layer in the best class that it has room for.

    Channels that round nothing (`shift <= 0`) are written plainly in every class.

    Args:
        node: a `LinearNode`.
        storage: the `WeightStorage` of its weights.
        tight: the `Scheme` to take where weights have no spare bits, `C` or `D`.

    Returns:
        an `Encoding`.

    Raises:
        ValueError: if the weights do not fit the storage, a multiplier is not positive, or a scale
            lies beyond float32 or beyond what XNNPACK loads.

    Example:

    >>> from pikelpn_keras.integer import Grid, ScaleCodes, WeightRecord
    >>> from pikelpn_keras.integer.nodes import Dense, Tensor
    >>> from tflite_export.storage import INT8
    >>> record = WeightRecord("UniformQuantizer", {}, 4, ScaleCodes.from_exponents([-3], 4))
    >>> x, y = Tensor("x", (2,), Grid(-8, signed=False)), Tensor("y", (1,), Grid(-8))
    >>> layer = encode(Dense((x,), y, [[3], [-7]], [5], [1], [3], record, None), INT8)
    >>> layer.proof.encoding, layer.weights.ravel(), layer.bias, layer.scales
    ('A', array([ 12, -28], dtype=int8), array([22], dtype=int32), array([0.03125], dtype=float32))
    """
    _check(node, storage)
    shift = file_shift(node)
    scheme = choose_scheme(node, shift, storage, tight)
    factor, offset = _factor_and_offset(scheme, shift)
    return Encoding(
        weights=(node.kernel.astype(np.int16) * factor.astype(np.int16)).astype(np.int8),
        bias=(node.bias.astype(np.int64) * factor + offset).astype(np.int32),
        scales=_scales(node, scheme, shift),
        proof=prove_linear(node, scheme, shift, storage),
    )


def coded_shift(node):
    """The shifts that the scale codes of a node say; those of a graph made by hand may be others.

    Args:
        node: a `LinearNode`.

    Returns:
        int64 array `(channels,)`.
    """
    exponents = node.inputs[0].grid.exponent + node.weights.scales.exponents
    if node.norm is not None:
        exponents = exponents + node.norm.scales.exponents
    return np.broadcast_to(node.output.grid.exponent - exponents, node.shift.shape)


def file_shift(node):
    """The shifts of a node as written: those far out are replaced by nearer ones of equal effect.

    Runtimes refuse scales that are very large or small. A shift to the left that saturates from
    every integer but 0 need not be larger, nor one to the right that makes 0 of all.

    Args:
        node: a `LinearNode`.

    Returns:
        int64 array `(channels,)`.
    """
    saturating = -(node.output.grid.magnitude - 1).bit_length()
    shift = np.where(node.reach == 0, 0, np.maximum(node.shift.astype(np.int64), saturating))
    vanishes = node.reach * node.multiplier < VANISHING_REACH
    return np.where(vanishes, np.minimum(shift, LARGEST_NEEDED_SHIFT), shift)


def choose_scheme(node, shift, storage, tight):
    """The best `Scheme` whose weights and biases fit.

    Args:
        node: a `LinearNode`.
        shift: int64 array `(channels,)`, its shifts in the file.
        storage: the `WeightStorage` of its weights.
        tight: the `Scheme` for weights without spare bits.

    Returns:
        a `Scheme`.
    """
    if (node.multiplier != 1).any():
        return M
    if (shift <= 0).all():
        return PLAIN
    for scheme in (A, B):
        factor, offset = _factor_and_offset(scheme, shift)
        weights = node.largest_weights * factor
        bias = np.abs(node.bias.astype(np.int64) * factor) + offset
        if weights.max(initial=0) <= storage.limit and bias.max() <= INT32_MAX:
            return scheme
    return tight


def _factor_and_offset(scheme, shift):
    rounds = shift > 0
    return np.where(rounds, scheme.factor, 1), np.where(rounds, scheme.offset, 0)


def _scales(node, scheme, shift):
    """The weights' scales: requantization ratios divided by the ratio of the grids' scales."""
    factor, _ = _factor_and_offset(scheme, shift)
    ratios = np.ldexp(node.multiplier.astype(np.float64) / factor, -shift)
    if ratios.max() >= XNNPACK_RATIO_LIMIT:
        raise ValueError(
            f"layer '{node.name}' multiplies its accumulators by {ratios.max():g}, and XNNPACK "
            f"loads ratios below {XNNPACK_RATIO_LIMIT} only; give its output a coarser grid"
        )
    grids_exponent = int(node.output.grid.exponent) - int(node.inputs[0].grid.exponent)
    scales = np.ldexp(ratios, grids_exponent)
    if scales.min() < 2.0**-125 or scales.max() >= 2.0**127:
        raise ValueError(
            f"layer '{node.name}' has weight scales from {scales.min()} to {scales.max()}, beyond "
            "float32; rescale its weights or its norm"
        )
    scales = scales.astype(np.float32)
    if scheme.nudge is None:
        return scales
    return np.where(shift > 0, np.nextafter(scales, np.float32(scheme.nudge)), scales)


def _check(node, storage):
    if not node.kernel.size:
        raise ValueError(
            f"layer '{node.name}' has a kernel of shape {node.kernel.shape}, without weights; "
            "remove the layer"
        )
    largest = int(node.largest_weights.max(initial=0))
    if largest > storage.limit:
        raise ValueError(
            f"layer '{node.name}' has a weight of magnitude {largest}, and {storage.name} weights "
            f"end at {storage.limit}; use a quantizer of fewer bits or levels"
        )
    if node.multiplier.min() < 1 or node.multiplier.max() >= 2**24:
        raise ValueError(
            f"layer '{node.name}' has a multiplier outside 1 .. 2**24 - 1; its norm's mantissas "
            "must be positive, signs belong in the kernel"
        )
