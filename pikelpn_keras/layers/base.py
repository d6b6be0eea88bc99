"""What every quantized layer is."""

import keras
import numpy as np


class QuantLayer(keras.layers.Layer):
    """Base of the layers: exact integers in float32, and a lowering to integer nodes.

    Under a global mixed-precision policy the layers keep computing in float32, because
    half-precision sums are not exact integers.

    Args:
        dtype: None or "float32".

    Raises:
        ValueError: if another `dtype` is asked for.
    """

    # Whether the layer reads a model's input before it is on a grid.
    starts_models = False

    def __init__(self, *args, dtype=None, **kwargs):
        if dtype is not None and keras.dtype_policies.get(dtype).name != "float32":
            raise ValueError(
                f"{type(self).__name__} computes exact integers in float32, which "
                f"dtype={keras.dtype_policies.get(dtype).name!r} cannot hold; leave dtype out"
            )
        super().__init__(*args, dtype="float32", **kwargs)

    def lower(self, graph, *values):
        """The layer in integers.

        Args:
            graph: a `pikelpn_keras.lowering.GraphBuilder`, to which finished nodes are added.
            *values: for each input its `Tensor`, or its `Accumulator` where no activation has
                finished the node yet.

        Returns:
            the `Tensor` or `Accumulator` of the output.
        """
        raise NotImplementedError

    def finite(self, variable):
        """A variable's values as a NumPy array.

        Raises:
            ValueError: if one of them is NaN or infinite.
        """
        values = keras.ops.convert_to_numpy(variable)
        bad = int(np.size(values) - np.isfinite(values).sum())
        if bad:
            raise ValueError(
                f"{bad} values of weight '{variable.name}' of {type(self).__name__} "
                f"'{self.name}' are NaN or "
                "infinite; train again with a lower learning rate or load sound weights"
            )
        return values


def refuse(layer, condition, reason):
    """Raises ValueError, naming `layer`, where `condition` holds."""
    if condition:
        raise ValueError(f"{type(layer).__name__} '{layer.name}' {reason}")
