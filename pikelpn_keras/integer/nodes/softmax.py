"""Softmax over the channels."""

import dataclasses

import numpy as np

from pikelpn_keras.integer.grid import Grid
from pikelpn_keras.integer.nodes.base import Node

# What TFLite's int8 kernels write: probabilities in 256ths.
PROBABILITIES = Grid(-8, 8, signed=False)


@dataclasses.dataclass(frozen=True, eq=False)
class Softmax(Node):
    """`min(floor(256 * softmax(x) + 1/2), 255)` over the last axis, computed in float64.

    It is the one node whose meaning is not integer arithmetic; devices differ from it.

    Raises:
        ValueError: if the output grid is another than that of 256ths.
    """

    def __post_init__(self):
        if self.output.grid != PROBABILITIES:
            raise ValueError(f"softmax '{self.name}' gives probabilities on {PROBABILITIES} only")

    def run(self, inputs):
        integers = inputs - inputs.max(axis=-1, keepdims=True)
        powers = np.exp(np.ldexp(integers.astype(np.float64), self.inputs[0].grid.exponent))
        return PROBABILITIES.integers(powers / powers.sum(axis=-1, keepdims=True))
