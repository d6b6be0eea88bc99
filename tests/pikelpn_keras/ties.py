"""Counts accumulators that lie exactly between two output integers."""

import numpy as np

from pikelpn_keras.integer.nodes import LinearNode


def count_ties(graph, *inputs):
    tensors = graph.trace(*graph.input_integers(*inputs))
    ties = 0
    for node in graph.nodes:
        if isinstance(node, LinearNode):
            sums = node.accumulate(tensors[node.inputs[0].name].astype(np.float64), np.float64)
            accumulators = (sums + node.bias).astype(np.int64)
            shift = node.shift.astype(np.int64)
            half = 1 << np.maximum(shift - 1, 0)
            in_range = (tensors[node.name] > node.output.grid.low) & (
                tensors[node.name] < node.output.grid.high
            )
            ties += int(((accumulators % (2 * half) == half) & (shift > 0) & in_range).sum())
    return ties
