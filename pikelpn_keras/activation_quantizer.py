"""Rounding of activations to their grid: the most frequent step of training."""

import keras
from keras import ops

from pikelpn_keras.rounding import power_of_two, round_half_up


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
    if keras.backend.backend() == "tensorflow" and not grid.signed:
        return _quantize_in_one_pass(x, grid)
    return _quantize(x, grid)


def _quantize(x, grid):
    step, inverse = power_of_two(grid.exponent), power_of_two(-grid.exponent)
    low, high = grid.low * step, grid.high * step

    @ops.custom_gradient
    def quantized(x):
        def gradient(*args, upstream=None):
            upstream = args[0] if upstream is None else upstream
            inside = ops.logical_and(x >= low, x <= high)
            return ops.where(inside, upstream, 0.0)

        return round_half_up(ops.clip(x * inverse, grid.low, grid.high)) * step, gradient

    return quantized(x)


def _quantize_in_one_pass(x, grid):
    """As `_quantize`, by TensorFlow's fused operator: a fifth of a training step faster on CPUs.

    The operator rounds `floor(x / step + 1/2)` and its step, `(high - 0) / (2**bits - 1)`, is exact
    for a power of two; tested against NumPy in graphs and under XLA. On signed grids it adds the
    lower end before it rounds, which is not exact, so they take the other way.
    """
    import tensorflow as tf

    high = grid.high * power_of_two(grid.exponent)
    return tf.quantization.fake_quant_with_min_max_vars(x, 0.0, high, grid.bits)
