"""Channels to pixels."""

import keras
from keras import ops

from pikelpn_keras.grids import activation_grid_of, attach
from pikelpn_keras.integer.nodes import DepthToSpace
from pikelpn_keras.layers.base import refuse
from pikelpn_keras.layers.movement import MovementLayer


@keras.saving.register_keras_serializable("pikelpn")
class QuantDepthToSpace(MovementLayer):
    """Channels to pixels, as `tf.nn.depth_to_space`, on the grid of its input.

    Channel `(row * block_size + column) * channels + c` goes to the pixel (row, column) of a block.
    It becomes DEPTH_TO_SPACE and is exact everywhere. Keras has no such layer.

    Args:
        block_size: height and width of the block of pixels that one pixel becomes, at least 2.

    Example:

    >>> import pikelpn_keras as pk
    >>> model = keras.Sequential([
    ...     keras.Input((8, 8, 12)), pk.layers.QuantInput(), QuantDepthToSpace(2)])
    >>> model.output_shape
    (None, 16, 16, 3)
    """

    node_type = DepthToSpace

    def __init__(self, block_size, **kwargs):
        super().__init__(**kwargs)
        refuse(
            self,
            not isinstance(block_size, int) or block_size < 2,
            f"takes a block_size of 2 or more, not {block_size!r}",
        )
        self.block_size = block_size
        self.input_spec = keras.layers.InputSpec(ndim=4)

    def build(self, input_shape):
        channels = input_shape[-1]
        refuse(
            self,
            channels % self.block_size**2 != 0,
            f"reads {channels} channels, which are no multiple of block_size**2 = "
            f"{self.block_size**2}; change the filters of the layer before it",
        )
        super().build(input_shape)

    def call(self, inputs):
        grid = activation_grid_of(inputs, self)
        batch, height, width, channels = ops.shape(inputs)
        block = self.block_size
        blocks = ops.reshape(inputs, (batch, height, width, block, block, channels // block**2))
        pixels = ops.transpose(blocks, (0, 1, 3, 2, 4, 5))
        shape = (batch, height * block, width * block, channels // block**2)
        return attach(ops.reshape(pixels, shape), grid)

    def compute_output_shape(self, input_shape):
        batch, *sizes, channels = input_shape
        block = self.block_size
        height, width = (size if size is None else size * block for size in sizes)
        return (batch, height, width, channels // block**2)

    def geometry(self, shape):
        return {"block_size": self.block_size}

    def get_config(self):
        return {**super().get_config(), "block_size": self.block_size}
