"""Average pooling."""

import dataclasses
import math

import keras
import numpy as np
from keras import ops

from pikelpn_keras.graph_builder import read_grid
from pikelpn_keras.grids import activation_grid_of, attach
from pikelpn_keras.integer.nodes import AveragePool2D, Concatenate, Crop2D, Tensor, Window
from pikelpn_keras.layers.base import QuantLayer, refuse
from pikelpn_keras.layers.kernels import refuse_channels_first
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
            `data_format="channels_first"` and pools of more than 4096 positions. Where padding
            "same" reaches beyond the border, Keras divides by fewer positions; each such part of
            the border then becomes operators of its own (9 parts for 3 x 3 with stride 1).

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
        size = tuple(input_shape[1:3])
        refuse(
            self,
            self.padding == "same" and None in size,
            f"pads its input of the open size {size}, and at a border divides by fewer positions; "
            "give keras.Input all sizes or use padding='valid'",
        )
        super().build(input_shape)

    def call(self, inputs):
        grid = activation_grid_of(inputs, self)
        counts = self._counts(inputs.shape[1:3])
        return attach(_rounded(super().call(inputs), counts, grid), grid)

    def lower(self, graph, value):
        source = read_grid(self, value)
        rows, columns = (_runs(places) for places in self._places(source.shape[:2]))
        bands = []
        for row in rows:
            parts = [self._pool(graph, source, row, column) for column in columns]
            bands.append(_joined(graph, parts, 2, self.name))
        return _joined(graph, bands, 1, self.name)

    def _places(self, size):
        """For each axis the `(start, stop)` of every place of the pool, within the border."""
        window = Window(self.pool_size, self.strides, (1, 1), self.padding)
        places = []
        for axis, ((before, _), count) in enumerate(
            zip(window.pads(size), window.output_size(size), strict=True)
        ):
            starts = [number * self.strides[axis] - before for number in range(count)]
            places.append([(max(s, 0), min(s + self.pool_size[axis], size[axis])) for s in starts])
        return places

    def _counts(self, size):
        """Positions that are averaged at each place, int32; one number without padding."""
        if self.padding == "valid":
            return math.prod(self.pool_size)
        rows, columns = (
            np.array([stop - start for start, stop in places], np.int32)
            for places in self._places(size)
        )
        return (rows[:, None] * columns)[..., None]

    def _pool(self, graph, source, row, column):
        """The tensor of one part of the output, cut out and pooled."""
        shape = (row.stop - row.start, column.stop - column.start, source.shape[-1])
        part = source
        if shape != source.shape:
            output = Tensor(graph.unique_name(f"{self.name}/part"), shape, source.grid)
            part = graph.add(Crop2D((source,), output, (row.start, column.start)))
        window = Window((row.extent, column.extent), self.strides, (1, 1), "valid")
        shape = (row.count, column.count, source.shape[-1])
        output = Tensor(graph.unique_name(self.name), shape, source.grid)
        return graph.add(AveragePool2D((part,), output, window))


@dataclasses.dataclass(frozen=True)
class _Run:
    """Places of one axis that a pool without padding visits in a row.

    Attributes:
        start, stop: what they span.
        extent: how far each of them reaches.
        count: how many they are.
    """

    start: int
    stop: int
    extent: int
    count: int


def _runs(places):
    runs = []
    for start, stop in places:
        extent = stop - start
        run = runs[-1] if runs else None
        if run is not None and run.extent == extent and start > run.stop - extent:
            runs[-1] = dataclasses.replace(run, stop=stop, count=run.count + 1)
        else:
            runs.append(_Run(start, stop, extent, 1))
    return runs


def _joined(graph, parts, axis, name):
    """Tensors side by side along an axis, counted from 1."""
    if len(parts) == 1:
        return parts[0]
    shape = list(parts[0].shape)
    shape[axis - 1] = sum(part.shape[axis - 1] for part in parts)
    output = Tensor(graph.unique_name(f"{name}/joined"), tuple(shape), parts[0].grid)
    return graph.add(Concatenate(tuple(parts), output, axis))


def _rounded(average, counts, grid):
    """`floor(sum / count + 1/2)` in integers, with the gradient of `average`."""
    # The float average is a few units of its last bit away; the sum it comes from is certain.
    sums = round_half_up(ops.stop_gradient(average) * power_of_two(-grid.exponent) * counts)
    integers = ops.floor_divide(2 * ops.cast(sums, "int32") + counts, 2 * counts)
    return straight_through(ops.cast(integers, "float32") * power_of_two(grid.exponent), average)
