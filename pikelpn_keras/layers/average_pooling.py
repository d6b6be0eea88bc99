"""Average pooling."""

import math

import keras
from keras import ops

from pikelpn_keras.grids import activation_grid_of, attach
from pikelpn_keras.integer.nodes import AveragePool2D, Tensor, Window
from pikelpn_keras.layers.base import QuantLayer, refuse
from pikelpn_keras.layers.kernels import refuse_channels_first
from pikelpn_keras.lowering import read_grid
from pikelpn_keras.rounding import power_of_two, round_half_up, straight_through

# Up to here the scales of the file are near enough, and sums stay exact in float32.
MOST_POSITIONS = 2**12


@keras.saving.register_keras_serializable("pikelpn")
class QuantAveragePooling2D(QuantLayer, keras.layers.AveragePooling2D):
    """`keras.layers.AveragePooling2D` that rounds half up to the grid of its input.

    It becomes a DEPTHWISE_CONV_2D of equal weights, which is exact everywhere: AVERAGE_POOL_2D
    rounds ties away from the middle of int8. The gradient is that of the average.

    Args:
        pool_size, strides, padding and others: as in `keras.layers.AveragePooling2D`. Refused are
            `data_format="channels_first"`, pools of more than 4096 positions, and padding "same"
            where pools would reach beyond the border: Keras divides by fewer positions there.

    Example:

    >>> import pikelpn_keras as pk
    >>> model = keras.Sequential([
    ...     keras.Input((2, 2, 1)), pk.layers.QuantInput(), QuantAveragePooling2D(2)])
    >>> pixels = ops.reshape(ops.array([1, 2, 2, 1], "uint8"), (1, 2, 2, 1))
    >>> float(model(pixels)[0, 0, 0, 0]) * 256
    2.0
    """

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        refuse_channels_first(self)
        positions = math.prod(self.pool_size)
        refuse(
            self,
            positions > MOST_POSITIONS,
            f"averages at most {MOST_POSITIONS} positions, not {positions}; use smaller pools in a "
            "row",
        )

    def build(self, input_shape):
        height, width = input_shape[1:3]
        refuse(
            self,
            None not in (height, width) and any(map(any, self._window.pads((height, width)))),
            f"pads its input of {height} x {width}, and at a border Keras divides by fewer "
            "positions, which no kernel does exactly; use padding='valid', or sizes that the "
            "strides and pools divide",
        )
        super().build(input_shape)

    def call(self, inputs):
        grid = activation_grid_of(inputs, self)
        return attach(self._rounded(super().call(inputs), grid), grid)

    def lower(self, graph, value):
        source = read_grid(self, value)
        shape = tuple(self.compute_output_shape((None, *source.shape))[1:])
        output = Tensor(graph.unique_name(self.name), shape, source.grid)
        return graph.add(AveragePool2D((source,), output, self._window))

    @property
    def _window(self):
        return Window(self.pool_size, self.strides, (1, 1), self.padding)

    def _rounded(self, average, grid):
        """`floor(sum / count + 1/2)` in integers, with the gradient of `average`."""
        count = math.prod(self.pool_size)
        # The float average is a few units of its last bit away; the sum it comes from is certain.
        sums = round_half_up(ops.stop_gradient(average) * power_of_two(-grid.exponent) * count)
        integers = ops.floor_divide(2 * ops.cast(sums, "int32") + count, 2 * count)
        return straight_through(
            ops.cast(integers, "float32") * power_of_two(grid.exponent), average
        )
