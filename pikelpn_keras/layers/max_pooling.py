"""Maximum pooling."""

import keras

from pikelpn_keras.graph_builder import read_grid
from pikelpn_keras.integer.nodes import MaxPool2D, Reshape, Tensor, Window
from pikelpn_keras.layers.kernels import refuse_channels_first
from pikelpn_keras.layers.movement import MovementLayer


@keras.saving.register_keras_serializable("pikelpn")
class QuantMaxPooling2D(MovementLayer, keras.layers.MaxPooling2D):
    """`keras.layers.MaxPooling2D` of values on a grid, which stays: MAX_POOL_2D, exact everywhere.

    Args:
        pool_size, strides, padding and others: as in `keras.layers.MaxPooling2D`.
            `data_format="channels_first"` is refused.

    Example:

    >>> import pikelpn_keras as pk
    >>> model = keras.Sequential([
    ...     keras.Input((8, 8, 3)), pk.layers.QuantInput(), QuantMaxPooling2D()])
    >>> pk.integer_graph(model).nodes[0].output.shape
    (4, 4, 3)
    """

    node_type = MaxPool2D

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        refuse_channels_first(self)

    def geometry(self, shape):
        return {"window": Window(self.pool_size, self.strides, (1, 1), self.padding)}


@keras.saving.register_keras_serializable("pikelpn")
class QuantGlobalMaxPooling2D(MovementLayer, keras.layers.GlobalMaxPooling2D):
    """`keras.layers.GlobalMaxPooling2D` of values on a grid, which stays; exact everywhere.

    It becomes a MAX_POOL_2D over the whole image and, without `keepdims`, a RESHAPE.

    Args:
        keepdims and others: as in `keras.layers.GlobalMaxPooling2D`.
            `data_format="channels_first"` is refused.

    Example:

    >>> import pikelpn_keras as pk
    >>> model = keras.Sequential([
    ...     keras.Input((8, 8, 3)), pk.layers.QuantInput(), QuantGlobalMaxPooling2D()])
    >>> [type(node).__name__ for node in pk.integer_graph(model).nodes]
    ['MaxPool2D', 'Reshape']
    """

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        refuse_channels_first(self)

    def lower(self, graph, value):
        source = read_grid(self, value)
        height, width, channels = source.shape
        image = Tensor(graph.unique_name(f"{self.name}/image"), (1, 1, channels), source.grid)
        window = Window((height, width), (1, 1), (1, 1), "valid")
        pooled = graph.add(MaxPool2D((source,), image, window))
        if self.keepdims:
            return pooled
        output = Tensor(graph.unique_name(self.name), (channels,), source.grid)
        return graph.add(Reshape((pooled,), output))
