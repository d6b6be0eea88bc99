"""Sequences as images of height 1: how one-dimensional layers become operators on images.

TFLite has no one-dimensional convolution, so a RESHAPE stands before and behind it. It moves
nothing.
"""

import dataclasses

from pikelpn_keras.integer.nodes import Window
from pikelpn_keras.lowering import read_grid


def enter_row(layer, graph, value):
    """The sequence that `layer` reads, `(steps, channels)`, as a `Tensor` of height 1.

    Raises:
        ValueError: if `value` is an accumulator.
    """
    source = read_grid(layer, value)
    return graph.reshape(source, (1, *source.shape), f"{layer.name}/input")


def row_of(accumulator):
    """An `Accumulator` of a sequence, with the kernel and the shape of an image of height 1."""
    return dataclasses.replace(
        accumulator, kernel=accumulator.kernel[None], node_shape=(1, *accumulator.shape)
    )


def row_window(layer, padding):
    """The `Window` of a one-dimensional layer, with the given padding.

    Example:

    >>> import keras
    >>> row_window(keras.layers.Conv1D(8, 3, strides=2), "valid").size
    (1, 3)
    """
    return Window((1, *layer.kernel_size), (1, *layer.strides), (1, *layer.dilation_rate), padding)
