"""Subtraction on one grid."""

import keras

from pikelpn_keras.integer import nodes
from pikelpn_keras.layers.one_grid import OneGridLayer


@keras.saving.register_keras_serializable("pikelpn")
class QuantSubtract(OneGridLayer):
    """`keras.layers.Subtract` of two tensors, the first less the second, on one grid.

    It takes the arguments of `QuantAdd` and treats its inputs alike: both are put on the exponent
    of the difference, which saturates at the range of its grid. It is one SUB and rounds nothing.

    Example:

    >>> import pikelpn_keras as pk
    >>> inputs = keras.Input((8, 8, 4))
    >>> x = pk.layers.QuantInput()(inputs)
    >>> branch = pk.layers.QuantConv2D(4, 3, padding="same")(x)
    >>> model = keras.Model(inputs, QuantSubtract()([x, branch]))
    """

    node_type = nodes.Subtract

    def join(self, first, second):
        return first - second
