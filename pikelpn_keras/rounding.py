"""The rounding rule of the integer contract, on the tensors of a Keras backend.

The one home of rounding and of powers of two while a model trains: half up, `floor(x + 1/2)`, and
exponents read from and written to float32 bits. `exp2` and `log2` are not exact on every backend
(measured: JAX's `exp2` is inexact at 28 of the 61 integers from -30 to 30), bits are.
`pikelpn_keras.integer.rounding` is the same rule on NumPy integers.
"""

import keras
from keras import ops

MANTISSA_BITS = 23
BIAS = 127
# The float32 next to sqrt(2) has this mantissa: above it the nearest power of two is the next one.
SQRT2_MANTISSA = 0x3504F3
# A state moves to another power of two only beyond this distance, in octaves (contract, section 7).
HYSTERESIS = 0.7


def round_half_up(x):
    """Rounds to the nearest integer, halves upwards.

    Exact where `x` and `x + 1/2` are float32 numbers: for `q / 2**s` while `abs(q) + 2**(s-1)` is
    at most `2**24`.

    Example:

    >>> ops.convert_to_numpy(round_half_up(ops.array([-1.5, -0.5, 0.5, 1.25])))
    array([-1.,  0.,  1.,  1.], dtype=float32)
    """
    return ops.floor(x + 0.5)


def magnitude(x):
    """`abs(x)`, which TensorFlow takes 50 times as long to hand to XLA as these two operators.

    Measured with TensorFlow 2.21: 8 ms for each `abs`, `sign`, `is_finite`, `floor` and `rsqrt` of
    a graph, 0.2 ms for arithmetic, comparisons and selections.

    Example:

    >>> ops.convert_to_numpy(magnitude(ops.array([-2.0, 3.0])))
    array([2., 3.], dtype=float32)
    """
    return ops.maximum(x, -x)


def finite(x):
    """Whether `x` is neither infinite nor NaN, quicker to compile than `isfinite` (`magnitude`).

    Example:

    >>> ops.convert_to_numpy(finite(ops.array([1.0, float("inf"), float("nan")])))
    array([ True, False, False])
    """
    return ops.equal(x - x, 0.0)


def bits_as(x, dtype):
    """The bits of `x` as another dtype of the same width.

    Example:

    >>> int(bits_as(ops.array(1.0, "float32"), "int32")) == BIAS << MANTISSA_BITS
    True
    """
    if keras.backend.backend() == "tensorflow":
        import tensorflow as tf

        # Keras's operator takes no axis of unknown length.
        return tf.bitcast(x, dtype)
    return ops.view(x, dtype)


def power_of_two(exponent):
    """`2**exponent` as an exact float32.

    Args:
        exponent: tensor of integers from -126 to 127, of an integer or float dtype.

    Example:

    >>> ops.convert_to_numpy(power_of_two(ops.array([-2, 0, 3])))
    array([0.25, 1.  , 8.  ], dtype=float32)
    """
    exponent = ops.cast(exponent, "int32")
    return bits_as((exponent + BIAS) * 2**MANTISSA_BITS, "float32")


def nearest_exponent(x):
    """Exponent of the power of two that is nearest to `x` on a logarithmic scale, as int32.

    Args:
        x: float32 tensor, not negative. Zero gives -127.

    Example:

    >>> ops.convert_to_numpy(nearest_exponent(ops.array([1.0, 1.4, 1.5, 0.1])))
    array([ 0,  0,  1, -3], dtype=int32)
    """
    bits = bits_as(ops.cast(x, "float32"), "int32")
    return ops.right_shift(bits + (2**MANTISSA_BITS - SQRT2_MANTISSA - 1), MANTISSA_BITS) - BIAS


def nearest_power_of_two(x):
    """The power of two that is nearest to `x` on a logarithmic scale, as float32.

    Args:
        x: float32 tensor, not negative. Zero gives 0.

    Example:

    >>> ops.convert_to_numpy(nearest_power_of_two(ops.array([1.0, 1.5, 0.1, 0.0])))
    array([1.   , 2.   , 0.125, 0.   ], dtype=float32)
    """
    bits = bits_as(x, "int32") + (2**MANTISSA_BITS - SQRT2_MANTISSA - 1)
    return bits_as(ops.bitwise_and(bits, 0xFF << MANTISSA_BITS), "float32")


def follow_exponent(exponent, x):
    """The exponent state after it has seen `x`: it moves only when `x` has left its neighbourhood.

    While `abs(log2(x) - exponent)` is at most 0.7 octaves the exponent stays; beyond, it becomes
    the nearest. So it does not flicker where `x` wanders about a midpoint (contract, section 2).

    Args:
        exponent: float32 tensor of integers, the state.
        x: float32 tensor of the same shape, not negative; zeros leave the state alone.

    Returns:
        float32 tensor of integers.

    Example:

    >>> ops.convert_to_numpy(follow_exponent(ops.array([0.0, 0.0]), ops.array([1.6, 1.7])))
    array([0., 1.], dtype=float32)
    """
    ratio = x * power_of_two(-exponent)
    left = ops.logical_or(ratio > 2.0**HYSTERESIS, ratio < 2.0**-HYSTERESIS)
    moves = ops.logical_and(left, x > 0)
    return ops.where(moves, ops.cast(nearest_exponent(x), "float32"), exponent)


def straight_through(forward, x):
    """`forward` in value, the identity of `x` in gradient.

    `x - stop_gradient(x)` is exactly zero, so the value is `forward` to the last bit.

    Args:
        forward: tensor, the value; no gradient flows through it.
        x: tensor of the same shape, which receives the gradient.
    """
    return ops.stop_gradient(forward) + (x - ops.stop_gradient(x))
