"""The work of convolutions and fully connected layers of int8 and uint8 files by others."""

import math

import numpy as np

from pikelpn_keras.cost.kernels import kernel_operations
from pikelpn_keras.cost.nodes.clamps import clamps
from pikelpn_keras.cost.nodes.registry import counts
from pikelpn_keras.cost.number_formats import NumberFormat, signed
from pikelpn_keras.cost.operations import MAC, Operations, occurring
from pikelpn_keras.cost.rescaling import MULTIPLIER, SHIFT
from pikelpn_keras.cost.work import Storage, Work
from pikelpn_keras.integer.kernels.linear import AffineConv2D, AffineDense, AffineDepthwiseConv2D

# Of weights and biases in such files.
WEIGHT_BITS, BIAS_BITS = 8, 32


@counts(AffineConv2D, AffineDepthwiseConv2D, AffineDense)
def affine_linear(node):
    """Products, bias, a fixed-point product and a shift for each output, whatever its scale."""
    uses, elements = math.prod(node.output.shape[:-1]), math.prod(node.output.shape)
    rows = np.abs(node.kernel.astype(np.int64)).reshape(-1, node.kernel.shape[-1])
    magnitude = node.inputs[0].grid.magnitude
    reach = rows.sum(axis=0) * magnitude + np.abs(node.bias.astype(np.int64))
    x, weight = NumberFormat(node.inputs[0].grid.bits), NumberFormat(WEIGHT_BITS)
    accumulator = signed(reach.max(initial=0))
    product = NumberFormat(accumulator.bits + MULTIPLIER.bits)
    largest = int(np.abs(node.rule(reach)).max(initial=0))
    return Work(
        operations=occurring(
            (
                *kernel_operations(node.kernel, uses, x, weight, accumulator),
                Operations("add", (accumulator, NumberFormat(BIAS_BITS)), elements, "bias"),
                Operations("multiply", (accumulator, MULTIPLIER), elements, "scale"),
                Operations("shift", (product, SHIFT), elements, "scale"),
                *clamps((node.low, node.high), node.output.grid.bits, -largest, largest, elements),
            )
        ),
        macs=(Operations("mac", (x, weight, accumulator), uses * node.kernel.size, MAC),),
        storage=Storage(weights=WEIGHT_BITS * node.kernel.size, biases=BIAS_BITS * node.bias.size),
        weights={WEIGHT_BITS: node.kernel.size},
    )
