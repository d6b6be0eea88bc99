"""Sequences as images of height 1: how one-dimensional layers become operators on images.

TFLite has no one-dimensional convolution, so a RESHAPE stands before and behind it. It moves
nothing.
"""

import dataclasses

from pikelpn_keras.graph_builder import read_grid
from pikelpn_keras.integer.nodes import Pad2D, Tensor, Window


class RowLayer:
    """What stands before a `ProductLayer` of sequences.

    Its node slides over an image of height 1.
    """

    def geometry(self):
        return {"window": row_window(self)}

    def enter(self, graph, value):
        """The sequence that the layer reads, `(steps, channels)`, as a `Tensor` of height 1.

        Raises:
            ValueError: if `value` is an accumulator.
        """
        source = read_grid(self, value)
        row = graph.reshape(source, (1, *source.shape), f"{self.name}/input")
        lead = row_lead(self)
        if not lead:
            return row
        _, width, channels = row.shape
        name = graph.unique_name(f"{self.name}/causal")
        output = Tensor(name, (1, width + lead, channels), row.grid)
        return graph.add(Pad2D((row,), output, ((0, 0), (lead, 0))))

    def leave(self, accumulator):
        """The `Accumulator` of a sequence, its kernel and node those of an image of height 1."""
        return dataclasses.replace(
            accumulator, kernel=accumulator.kernel[None], node_shape=(1, *accumulator.shape)
        )


def row_lead(layer):
    """Zeros before the first step, with which padding "causal" begins."""
    causal = layer.padding == "causal"
    return (layer.kernel_size[0] - 1) * layer.dilation_rate[0] if causal else 0


def row_window(layer):
    """The `Window` of a one-dimensional layer, behind its lead.

    Example:

    >>> import keras
    >>> row_window(keras.layers.Conv1D(8, 3, strides=2, padding="causal"))
    Window(size=(1, 3), strides=(1, 2), dilation=(1, 1), padding='valid')
    """
    padding = "valid" if layer.padding == "causal" else layer.padding
    return Window((1, *layer.kernel_size), (1, *layer.strides), (1, *layer.dilation_rate), padding)
