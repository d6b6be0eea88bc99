"""What the fused layers do: products, norm, scale and activation."""

import math

import numpy as np

from pikelpn_keras.cost.kernels import kernel_operations
from pikelpn_keras.cost.nodes.clamps import grid_clamps
from pikelpn_keras.cost.number_formats import NumberFormat, signed, unsigned
from pikelpn_keras.cost.operations import MAC, Operations, occurring
from pikelpn_keras.cost.work import Storage, Work
from pikelpn_keras.integer.rounding import shift_half_up

LAYER_EXPONENT_BITS = 8
BIAS_BITS = 32


def linear_work(node, uses):
    """The `Work` of a fused layer.

    An output integer is `clamp(floor((sum(x * w) + b) * m / 2**S + 1/2))`. For each, beyond the
    products, there is one addition (of b and the half of the rounding, which are one constant), one
    multiplication where a norm has mantissas, one shift where S is not 0, and a comparison for each
    end of the grid that a sum can pass. The accumulator is as wide as `node.reach` proves.

    Args:
        node: a `LinearNode`.
        uses: how often each weight meets an input, padding included.
    """
    x, weight = NumberFormat(node.inputs[0].grid.bits), NumberFormat(node.weights.bits)
    reach = node.reach
    accumulator = signed(reach.max(initial=0))
    # A change of grid has no weights: its kernel of ones stands for the input itself.
    identity = node.weights.quantizer == "identity"
    products = () if identity else kernel_operations(node.kernel, uses, x, weight, accumulator)
    nominal = Operations("mac", (x, weight, accumulator), uses * node.kernel.size, MAC)
    return Work(
        operations=occurring((*products, *_epilogue(node, reach, accumulator))),
        macs=() if identity else (nominal,),
        storage=Storage() if identity else _storage(node),
        weights={} if identity else {node.weights.bits: node.kernel.size},
    )


def _epilogue(node, reach, accumulator):
    """Norm, rescaling and clamp of the sums."""
    positions = math.prod(node.output.shape[:-1])
    added = (node.bias != 0) | (node.shift > 0)
    if node.norm is not None:
        # What a norm adds is data; that it is 0 before training says nothing.
        added = np.ones_like(added)
    bias = signed(np.abs(node.bias.astype(np.int64)).max(initial=0))
    yield Operations("add", (accumulator, bias), positions * int(added.sum()), _bias_part(node))
    mantissas = node.multiplier != 1
    mantissa = unsigned(node.multiplier.max(initial=0))
    yield Operations("multiply", (accumulator, mantissa), positions * int(mantissas.sum()), "norm")
    reach = reach * node.multiplier
    product = signed(reach.max(initial=0))
    amount = unsigned(np.abs(node.shift.astype(np.int64)).max(initial=0))
    yield Operations("shift", (product, amount), positions * int((node.shift != 0).sum()), "scale")
    # A shift to the left beyond 30 bits saturates like one by 30, which int64 holds.
    shift = np.maximum(node.shift, -30)
    largest = int(shift_half_up(reach, shift).max(initial=0))
    yield from grid_clamps(node.output.grid, -largest, largest, positions * len(node.bias))


def _bias_part(node):
    if node.norm is not None:
        return "norm"
    return "bias" if node.bias.any() else "scale"


def _storage(node):
    norm_bits = 0
    if node.norm is not None:
        norm_bits = _code_bits(node.norm.scales)
        if node.norm.mantissa_bits > 1:
            norm_bits += node.norm.mantissas.size * node.norm.mantissa_bits
    has_bias = node.norm is not None or node.bias.any()
    return Storage(
        weights=node.kernel.size * node.weights.bits,
        scales=_code_bits(node.weights.scales),
        norms=norm_bits,
        biases=BIAS_BITS * node.bias.size if has_bias else 0,
    )


def _code_bits(scales):
    return LAYER_EXPONENT_BITS + scales.offsets.size * scales.bits
