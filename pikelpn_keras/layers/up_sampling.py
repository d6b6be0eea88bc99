"""Enlargement of images."""

import keras

from pikelpn_keras.integer.nodes import UpSampling2D
from pikelpn_keras.layers.base import refuse
from pikelpn_keras.layers.kernels import refuse_channels_first
from pikelpn_keras.layers.movement import MovementLayer


@keras.saving.register_keras_serializable("pikelpn")
class QuantUpSampling2D(MovementLayer, keras.layers.UpSampling2D):
    """`keras.layers.UpSampling2D` by nearest neighbours, on the grid of its input.

    It becomes RESIZE_NEAREST_NEIGHBOR and is exact everywhere.

    Args:
        size and others: as in `keras.layers.UpSampling2D`. Interpolations other than "nearest",
            which would round, and `data_format="channels_first"` are refused.

    Example:

    >>> import pikelpn_keras as pk
    >>> model = keras.Sequential([
    ...     keras.Input((8, 8, 3)), pk.layers.QuantInput(), QuantUpSampling2D((2, 3))])
    >>> model.output_shape
    (None, 16, 24, 3)
    """

    node_type = UpSampling2D

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        refuse_channels_first(self)
        refuse(
            self,
            self.interpolation != "nearest",
            f"interpolates by 'nearest' only, not by {self.interpolation!r}, which no kernels "
            "round alike; use interpolation='nearest' or QuantConv2DTranspose",
        )

    def geometry(self, shape):
        return {"size": self.size}
