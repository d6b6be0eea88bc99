"""Softmax at the end of a model."""

import keras
from keras import ops

from pikelpn_keras.graph_builder import read_grid
from pikelpn_keras.grids import activation_grid_of, attach
from pikelpn_keras.integer import nodes
from pikelpn_keras.integer.nodes import Tensor
from pikelpn_keras.integer.nodes.softmax import PROBABILITIES
from pikelpn_keras.layers.base import QuantLayer, refuse
from pikelpn_keras.rounding import power_of_two, round_half_up, straight_through


@keras.saving.register_keras_serializable("pikelpn")
class QuantSoftmax(QuantLayer, keras.layers.Softmax):
    """`keras.layers.Softmax` whose probabilities are rounded half up to 256ths, 255/256 at most.

    It stands outside the exact operators: exponentials differ from kernel to kernel, by up to 1/256
    in a probability. `convert` says so, and `convert(exact="all")` refuses it. Its order of classes
    is that of the logits but for ties that rounding makes, so train on logits and leave it out
    where probabilities are not asked for. The gradient is that of the softmax.

    Args:
        axis: the last axis, -1.

    Example:

    >>> import pikelpn_keras as pk
    >>> model = keras.Sequential([
    ...     keras.Input((2,)), pk.layers.QuantInput(exponent=-4, signed=True), QuantSoftmax()])
    >>> ops.convert_to_numpy(model(ops.array([[1.0, 1.0]])))
    array([[0.5, 0.5]], dtype=float32)
    """

    def __init__(self, axis=-1, **kwargs):
        super().__init__(axis=axis, **kwargs)
        refuse(
            self,
            axis != -1,
            f"takes axis -1, as TFLite does, not {axis!r}; transpose the model's tensors",
        )

    def call(self, inputs):
        activation_grid_of(inputs, self)
        probabilities = super().call(inputs)
        integers = round_half_up(probabilities * power_of_two(-PROBABILITIES.exponent))
        rounded = ops.minimum(integers, PROBABILITIES.high) * power_of_two(PROBABILITIES.exponent)
        return attach(straight_through(rounded, probabilities), PROBABILITIES)

    def lower(self, graph, value):
        source = read_grid(self, value)
        output = Tensor(graph.unique_name(self.name), source.shape, PROBABILITIES)
        return graph.add(nodes.Softmax((source,), output))
