"""Residual addition."""

import functools

import keras

from pikelpn_keras.quantize.registry import converts
from pikelpn_keras.quantize.values import OnGrid, Sum


@converts(keras.layers.Add)
def add(layer, values, builder):
    """Add of two or more, which a ReLU behind it joins."""
    terms = [OnGrid(builder.accumulator(value)) for value in values]

    def plus(left, right):
        left = left if isinstance(left, OnGrid) else builder.on_grid(left)
        return Sum(layer, (left.tensor, right.tensor))

    return functools.reduce(plus, terms)
