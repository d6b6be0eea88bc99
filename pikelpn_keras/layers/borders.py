"""Layers that add or take away the border of an image."""

import keras

from pikelpn_keras.integer.nodes import Crop2D, Pad2D
from pikelpn_keras.layers.kernels import refuse_channels_first
from pikelpn_keras.layers.movement import MovementLayer


@keras.saving.register_keras_serializable("pikelpn")
class QuantZeroPadding2D(MovementLayer, keras.layers.ZeroPadding2D):
    """`keras.layers.ZeroPadding2D` of values on a grid, which stays: PAD, exact everywhere.

    Args:
        padding and others: as in `keras.layers.ZeroPadding2D`. `data_format="channels_first"` is
            refused.

    Example:

    >>> import pikelpn_keras as pk
    >>> model = keras.Sequential([
    ...     keras.Input((8, 8, 3)), pk.layers.QuantInput(), QuantZeroPadding2D(((0, 1), (2, 0)))])
    >>> model.output_shape
    (None, 9, 10, 3)
    """

    node_type = Pad2D

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        refuse_channels_first(self)

    def geometry(self, shape):
        return {"pads": tuple(map(tuple, self.padding))}


@keras.saving.register_keras_serializable("pikelpn")
class QuantCropping2D(MovementLayer, keras.layers.Cropping2D):
    """`keras.layers.Cropping2D` of values on a grid, which stays: STRIDED_SLICE, exact everywhere.

    Args:
        cropping and others: as in `keras.layers.Cropping2D`. `data_format="channels_first"` is
            refused.

    Example:

    >>> import pikelpn_keras as pk
    >>> model = keras.Sequential([
    ...     keras.Input((8, 8, 3)), pk.layers.QuantInput(), QuantCropping2D(((0, 1), (2, 0)))])
    >>> model.output_shape
    (None, 7, 6, 3)
    """

    node_type = Crop2D

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        refuse_channels_first(self)

    def geometry(self, shape):
        (top, _), (left, _) = self.cropping
        return {"corner": (top, left)}
