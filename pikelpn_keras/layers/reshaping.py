"""Layers that change the shape of a tensor."""

import keras

from pikelpn_keras.integer.nodes import Reshape
from pikelpn_keras.layers.kernels import refuse_channels_first
from pikelpn_keras.layers.movement import MovementLayer


@keras.saving.register_keras_serializable("pikelpn")
class QuantFlatten(MovementLayer, keras.layers.Flatten):
    """`keras.layers.Flatten` of values on a grid, which stays: RESHAPE, exact everywhere.

    Args:
        **kwargs: as in `keras.layers.Flatten`. `data_format="channels_first"` is refused.

    Example:

    >>> import pikelpn_keras as pk
    >>> model = keras.Sequential([
    ...     keras.Input((8, 8, 3)), pk.layers.QuantInput(), QuantFlatten()])
    >>> model.output_shape
    (None, 192)
    """

    node_type = Reshape

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        refuse_channels_first(self)


@keras.saving.register_keras_serializable("pikelpn")
class QuantReshape(MovementLayer, keras.layers.Reshape):
    """`keras.layers.Reshape` of values on a grid, which stays: RESHAPE, exact everywhere.

    Args:
        target_shape: as in `keras.layers.Reshape`; one size may be -1.

    Example:

    >>> import pikelpn_keras as pk
    >>> model = keras.Sequential([
    ...     keras.Input((8, 8, 3)), pk.layers.QuantInput(), QuantReshape((16, -1))])
    >>> model.output_shape
    (None, 16, 12)
    """

    node_type = Reshape
