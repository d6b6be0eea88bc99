"""The proof of an encoded fused layer: the inequalities of contract, section 5, channel by channel.

All kernels requantize by a function that never decreases. So of the accumulators only the
*decisive* ones must meet the bounds of rounding: those up to the first that saturates on either
side. Beyond it every kernel gives the clamp, as the contract does.
"""

import dataclasses

import numpy as np

from tflite_export.proof import (
    DEVICES,
    FIXED_POINT,
    FLOAT32_INTEGERS,
    INT32_MAX,
    KERAS,
    XNNPACK,
    Bound,
    Obstacle,
    Proof,
)
from tflite_export.storage import INT4

# QuantizeMultiplier shifts right by 31 at most, XNNPACK's ratios begin at 2**-32; class A divides
# by four more than the shift says.
LARGEST_SHIFT = 30


def prove_linear(node, scheme, shift, storage):
    """Proves what can be proven of an encoded `LinearNode`.

    Args:
        node: the node.
        scheme: the `encoding.Scheme` it is written in.
        shift: int64 array `(channels,)`, its shifts in the file.
        storage: the `WeightStorage` of its weights.

    Returns:
        a `Proof`.
    """
    channels = _Channels(
        reach=node.reach,
        multiplier=node.multiplier.astype(np.int64),
        shift=shift,
        saturation=node.output.grid.magnitude,
    )
    # Beyond 40 bits a shift says no more, and int64 holds what is shifted by as many.
    trained = np.clip(node.shift.astype(np.int64), -40, 40)
    bounds = (
        *_keras_bounds(dataclasses.replace(channels, shift=trained)),
        *_plain_bounds(channels.where(shift <= 0)),
        *_rounding_bounds(channels.where(shift > 0), scheme),
    )
    return Proof(scheme.name, bounds, _obstacles(node, scheme, storage))


@dataclasses.dataclass(frozen=True, eq=False)
class _Channels:
    """Some channels of a layer; arrays with an entry for each.

    `reach` bounds the accumulators, `saturation` is the largest absolute output integer.
    """

    reach: np.ndarray
    multiplier: np.ndarray
    shift: np.ndarray
    saturation: int

    def where(self, mask):
        return _Channels(self.reach[mask], self.multiplier[mask], self.shift[mask], self.saturation)

    @property
    def product(self):
        """Bound of the accumulator times its multiplier."""
        return self.reach * self.multiplier

    @property
    def decisive(self):
        """Bound of the products that do not saturate for certain."""
        return np.minimum(self.product, self.saturation << np.maximum(self.shift, 0))


def _largest(values):
    return int(values.max(initial=0))


def _keras_bounds(channels):
    """float32 holds all sums, and the sum with a half that the rounding floors."""
    half = np.where(channels.shift > 0, 1 << np.maximum(channels.shift - 1, 0), 0)
    # A product below a quarter of the divisor rounds to 0 even if adding the half is inexact.
    with_half = np.where(channels.product <= half >> 1, channels.product, channels.decisive + half)
    return (
        Bound("the float32 sum", _largest(channels.product), FLOAT32_INTEGERS, (KERAS,)),
        Bound("the float32 sum to be floored", _largest(with_half), FLOAT32_INTEGERS, (KERAS,)),
    )


def _plain_bounds(channels):
    """Nothing rounds; fixed point shifts the accumulator to the left before it multiplies."""
    if not channels.reach.size:
        return ()
    _, bits = np.frexp(channels.multiplier)
    shifted = channels.reach << (bits.astype(np.int64) - channels.shift)
    return (
        Bound("the accumulator", _largest(channels.reach), INT32_MAX, (XNNPACK,)),
        Bound("the accumulator shifted left", _largest(shifted), INT32_MAX, FIXED_POINT),
    )


def _rounding_bounds(channels, scheme):
    """The encoded accumulators fit int32, and the decisive ones the limits of their class."""
    if not channels.reach.size:
        return ()
    encoded = _largest(channels.reach * scheme.factor + scheme.offset)
    decisive = _largest(channels.decisive * scheme.factor + scheme.offset)
    return (
        Bound("the encoded accumulator", encoded, INT32_MAX, DEVICES),
        Bound("the decisive encoded accumulator", decisive, scheme.float_limit, (XNNPACK,)),
        Bound("the decisive encoded accumulator", decisive, scheme.fixed_limit, FIXED_POINT),
        Bound("the shift", _largest(channels.shift), LARGEST_SHIFT, DEVICES),
    )


def _obstacles(node, scheme, storage):
    """Classes without spare bits leave ties, which only some runtimes round upwards."""
    exact = scheme.exact_signed if node.output.grid.signed else scheme.exact_unsigned
    inexact = tuple(runtime for runtime in DEVICES if runtime not in exact)
    if not inexact:
        return ()
    if (node.multiplier != 1).any():
        reason = "its norm has mantissas, which leave ties"
        remedy = "use a QuantNorm whose multipliers are powers of two"
    else:
        reason = f"its {storage.name} weights have no spare bit for a tie-free encoding"
        remedy = f"keep abs(weight) <= {storage.limit // 2}, by fewer bits or levels"
        if storage is INT4:
            remedy += ", or use weight_storage='int8'"
    return (Obstacle(reason, remedy, inexact),)
