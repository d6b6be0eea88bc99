"""Rounding of activations to their grid: the most frequent step of training."""

from keras import ops

from pikelpn_keras.rounding import power_of_two, round_half_up
from pikelpn_keras.tracing import traced_once


def quantize_activation(x, grid):
    """Rounds `x` half up to a grid and clips it to the grid's range.

    The gradient is straight-through inside the range and zero outside.

    Args:
        x: float32 tensor.
        grid: a `Grid`; its exponent may be a scalar tensor.

    Returns:
        float32 tensor of grid values.

    Example:

    >>> from pikelpn_keras.integer import Grid
    >>> ops.convert_to_numpy(quantize_activation(ops.array([-1.0, 0.25, 9.0]), Grid(-1, 4, False)))
    array([0. , 0.5, 7.5], dtype=float32)
    """
    step, inverse = _step_and_inverse(ops.cast(grid.exponent, "int32"))

    @ops.custom_gradient
    def quantized(x):
        def gradient(*args, upstream=None):
            upstream = args[0] if upstream is None else upstream
            inside = ops.logical_and(x >= grid.low * step, x <= grid.high * step)
            return ops.where(inside, upstream, 0.0)

        return ops.clip(round_half_up(x * inverse), grid.low, grid.high) * step, gradient

    return quantized(x)


@traced_once
def _step_and_inverse(exponent):
    return power_of_two(exponent), power_of_two(-exponent)
