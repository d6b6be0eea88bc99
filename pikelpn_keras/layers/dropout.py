"""Dropout."""

import keras

from pikelpn_keras.grids import attach, grid_of
from pikelpn_keras.layers.base import QuantLayer


@keras.saving.register_keras_serializable("pikelpn")
class QuantDropout(QuantLayer, keras.layers.Dropout):
    """`keras.layers.Dropout`, of which nothing is left on the device.

    While it trains, the values that it keeps are scaled up, off their grid; evaluation passes them
    on as they are. It may stand behind any quantized layer, between a convolution and its norm too.

    Args:
        rate, noise_shape, seed: as in `keras.layers.Dropout`.

    Example:

    >>> import pikelpn_keras as pk
    >>> model = keras.Sequential([
    ...     keras.Input((8,)), pk.layers.QuantInput(), QuantDropout(0.5)])
    >>> pk.integer_graph(model).nodes
    ()
    """

    def call(self, inputs, training=None):
        grid = grid_of(inputs, self)
        return attach(super().call(inputs, training=training), grid)

    def lower(self, graph, value):
        return value
