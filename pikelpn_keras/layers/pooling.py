"""Global average pooling in integers."""

import math

import keras
from keras import ops

from pikelpn_keras.graph_builder import read_grid
from pikelpn_keras.grids import activation_grid_of, attach
from pikelpn_keras.integer.grid import Grid
from pikelpn_keras.integer.nodes import GlobalAveragePool, Tensor
from pikelpn_keras.layers.base import refuse
from pikelpn_keras.layers.freezable import RangeLayer, largest
from pikelpn_keras.layers.kernels import refuse_channels_first
from pikelpn_keras.rounding import power_of_two, straight_through

# An average is at most this much finer than what it averages, so that sums stay in int32.
FINEST = 7
MOST_POSITIONS = 2**14


@keras.saving.register_keras_serializable("pikelpn")
class QuantGlobalAveragePooling2D(RangeLayer, keras.layers.GlobalAveragePooling2D):
    """`keras.layers.GlobalAveragePooling2D` that rounds half up to a grid of its own.

    Averages are smaller than what they average, so the output grid is finer where a running range
    allows, by up to 7 bits. Bits and sign are those of the input. The gradient is that of the
    average.

    Args:
        momentum: weight of the past in the running range.
        keepdims and others: as in `keras.layers.GlobalAveragePooling2D`.

    Example:

    >>> import pikelpn_keras as pk
    >>> model = keras.Sequential([
    ...     keras.Input((2, 2, 1)), pk.layers.QuantInput(), QuantGlobalAveragePooling2D()])
    >>> pixels = ops.reshape(ops.array([1, 2, 2, 1], "uint8"), (1, 2, 2, 1))
    >>> float(model(pixels)[0, 0]) * 256
    2.0
    """

    def __init__(self, momentum=0.99, **kwargs):
        super().__init__(momentum=momentum, **kwargs)
        refuse_channels_first(self)

    def build(self, input_shape):
        super().build(input_shape)
        size = tuple(input_shape[1:3])
        refuse(
            self,
            None in size,
            f"averages a map of the open size {size}; give keras.Input all sizes",
        )
        positions = math.prod(size)
        refuse(
            self,
            positions > MOST_POSITIONS,
            f"averages at most {MOST_POSITIONS} positions, not {positions}",
        )

    def call(self, inputs, training=None):
        grid = activation_grid_of(inputs, self)
        average = super().call(inputs)
        if training:
            self.follow(largest(ops.abs(average)), grid.high + 1)
        coarsest = ops.cast(grid.exponent, "float32")
        exponent = ops.clip(ops.convert_to_tensor(self._exponent), coarsest - FINEST, coarsest)
        return attach(
            self._rounded(inputs, average, grid, exponent), Grid(exponent, grid.bits, grid.signed)
        )

    def lower(self, graph, value):
        source = read_grid(self, value)
        finest = source.grid.exponent - FINEST
        exponent = min(max(self.exponent, finest), source.grid.exponent)
        output = Tensor(
            graph.unique_name(self.name),
            tuple(self.compute_output_shape((None, *source.shape))[1:]),
            Grid(exponent, source.grid.bits, source.grid.signed),
        )
        return graph.add(GlobalAveragePool(inputs=(source,), output=output))

    def get_config(self):
        config = super().get_config()
        del config["bits"]
        return config

    def _rounded(self, inputs, average, grid, exponent):
        """`floor(sum * 2**up / count + 1/2)` in integers, with the gradient of `average`."""
        count = inputs.shape[1] * inputs.shape[2]
        sums = ops.sum(ops.stop_gradient(inputs), axis=(1, 2), keepdims=self.keepdims)
        fine = ops.cast(sums * power_of_two(-exponent), "int32")
        integers = ops.floor_divide(2 * fine + count, 2 * count)
        integers = ops.cast(ops.clip(integers, grid.low, grid.high), "float32")
        return straight_through(integers * power_of_two(exponent), average)
