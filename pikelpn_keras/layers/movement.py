"""What the layers share that move or pick values and compute none."""

from pikelpn_keras.graph_builder import read_grid
from pikelpn_keras.grids import activation_grid_of, attach
from pikelpn_keras.integer.nodes import Tensor
from pikelpn_keras.layers.base import QuantLayer


class MovementLayer(QuantLayer):
    """Base of the layers whose outputs are values of their inputs: the grid stays.

    Nothing is rounded, so the layers are exact on every runtime. Subclasses stand before the Keras
    layer that does the work and name the integer node that they become.
    """

    node_type = None

    def geometry(self, shape):
        """Fields of the node beyond its tensors, for an input of `shape`, without the batch."""
        return {}

    def call(self, inputs):
        grid = activation_grid_of(inputs, self)
        return attach(super().call(inputs), grid)

    def lower(self, graph, value):
        source = read_grid(self, value)
        shape = tuple(self.compute_output_shape((None, *source.shape))[1:])
        output = Tensor(graph.unique_name(self.name), shape, source.grid)
        return graph.add(self.node_type((source,), output, **self.geometry(source.shape)))
