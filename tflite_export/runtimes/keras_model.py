"""The Keras model itself, as one more runtime: `model.predict`."""

import numpy as np


class KerasModel:
    """`model.predict`, with its values read as integers of the output grids.

    It takes what `fit` takes, grid integers or values.

    Args:
        model: the Keras model.
        graph: its `IntegerGraph`.

    Example:

    >>> import keras
    >>> import pikelpn_keras as pk
    >>> model = keras.Sequential([
    ...     keras.Input((2,)), pk.layers.QuantInput(), pk.layers.QuantDense(3),
    ...     pk.layers.QuantIdentity()])
    >>> KerasModel(model, pk.integer_graph(model)).run(np.zeros((1, 2), "uint8"))
    [array([[0., 0., 0.]])]
    """

    def __init__(self, model, graph):
        self._model = model
        self._grids = [graph.tensors[name].grid for name in graph.outputs]

    def run(self, *inputs):
        """Computes the model.

        Args:
            *inputs: arrays `(batch, *shape)`, one for each input.

        Returns:
            list of float64 arrays `(batch, *shape)`, one for each output: the values divided by
            `2**exponent`. They are integers unless the model's arithmetic was inexact.
        """
        # Where a Keras model is, Keras is imported already; this module must not wait for it.
        import keras

        values = self._model.predict(inputs[0] if len(inputs) == 1 else list(inputs), verbose=0)
        return [
            np.ldexp(np.asarray(array, np.float64), -int(grid.exponent))
            for array, grid in zip(keras.tree.flatten(values), self._grids, strict=True)
        ]
