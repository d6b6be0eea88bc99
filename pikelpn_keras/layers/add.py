"""Residual addition on one grid."""

import keras

from pikelpn_keras.integer import nodes
from pikelpn_keras.layers.one_grid import OneGridLayer


@keras.saving.register_keras_serializable("pikelpn")
class QuantAdd(OneGridLayer):
    """`keras.layers.Add` of two tensors, on one grid.

    Both inputs are put on the exponent of the sum, because no TFLite addition of unequal scales is
    exact (contract, section 6). An input that is an accumulator gets there for free; one that is on
    another grid already costs an operator of its own. The sum saturates at the range of its grid.

    Args:
        bits: width of inputs and output, 2 to 8.
        momentum: weight of the past in the running range.
        activation: None for a signed sum, or "relu" for an unsigned one, clamped at zero.

    Example:

    >>> import pikelpn_keras as pk
    >>> inputs = keras.Input((8, 8, 4))
    >>> x = pk.layers.QuantInput()(inputs)
    >>> branch = pk.layers.QuantConv2D(4, 3, padding="same")(x)
    >>> model = keras.Model(inputs, QuantAdd(activation="relu")([x, branch]))
    """

    node_type = nodes.Add

    def join(self, first, second):
        return first + second
