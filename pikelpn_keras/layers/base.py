"""What every quantized layer is."""

import numbers

import keras
import numpy as np

# Grids between these have float32 steps whose inverse and whose range are float32 too.
LOWEST_EXPONENT, HIGHEST_EXPONENT = -100, 100


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
        super().__init__(*args, dtype="float32", **kwargs)
        asked = "float32" if dtype is None else keras.dtype_policies.get(dtype).name
        refuse(
            self,
            asked != "float32",
            f"computes exact integers in float32, which dtype={asked!r} cannot hold; leave dtype "
            "out",
        )

    def lower(self, graph, *values):
        """The layer in integers.

        Args:
            graph: a `pikelpn_keras.graph_builder.GraphBuilder`, to which finished nodes are added.
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
                f"'{self.name}' are NaN or infinite; train again with a lower learning rate or "
                "load sound weights"
            )
        return values


def refuse(layer, condition, reason):
    """Raises ValueError, naming `layer`, where `condition` holds."""
    if condition:
        raise ValueError(f"{type(layer).__name__} '{layer.name}' {reason}")


def whole(layer, value, low, high, wanted):
    """`value` as an int from `low` to `high`.

    Args:
        layer: the layer whose argument it is.
        value: any number.
        low: smallest value.
        high: largest value.
        wanted: what the layer takes, in words.

    Raises:
        ValueError: if it is no integer or lies outside; the sentence names the layer.
    """
    fits = isinstance(value, numbers.Integral) and not isinstance(value, bool)
    refuse(layer, not fits or not low <= value <= high, f"takes {wanted}, not {value!r}")
    return int(value)


def grid_exponent(layer, value):
    """`value` as the exponent of a grid, an int.

    Raises:
        ValueError: if it is no integer or too far from 0 for float32; the sentence names the layer.
    """
    wanted = f"an exponent that is a whole number from {LOWEST_EXPONENT} to {HIGHEST_EXPONENT}"
    return whole(layer, value, LOWEST_EXPONENT, HIGHEST_EXPONENT, wanted)


def grid_bits(layer, value):
    """`value` as the width of a grid, an int.

    Raises:
        ValueError: if it is no integer from 2 to 8; the sentence names the layer.
    """
    return whole(layer, value, 2, 8, "2 to 8 bits")
