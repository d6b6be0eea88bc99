"""Running ranges in Keras 2: the rule of `pikelpn_keras.layers.freezable.RangeLayer`."""

from keras import ops

from pikelpn_keras.rounding import follow_exponent


def follow_range(past, exponent, batch_range, steps, momentum):
    """The running range and the grid's exponent after they have seen a batch.

    Args:
        past: scalar, the running range; 0 before the first batch.
        exponent: scalar, the grid's exponent.
        batch_range: scalar tensor, the largest magnitude in the batch.
        steps: how many grid steps the range has.
        momentum: weight of the past.

    Returns:
        two float32 scalars.

    Example:

    >>> [float(v) for v in follow_range(0.0, 0.0, ops.array(3.0), 256, 0.99)]
    [3.0, -6.0]
    """
    past, exponent = (ops.convert_to_tensor(v, "float32") for v in (past, exponent))
    batch_range = ops.stop_gradient(batch_range)
    average = momentum * past + (1.0 - momentum) * batch_range
    moved = ops.where(past > 0, average, batch_range)
    return moved, follow_exponent(exponent, moved * (1.0 / steps))
