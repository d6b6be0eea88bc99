"""What batch normalization makes of its inputs in training, with the gradient in closed form.

Automatic differentiation of the same formula gives the same gradient, by more operators: they make
the graph of a training step larger and its compilation longer.
"""

from typing import Any, NamedTuple

from keras import ops

from pikelpn_keras.layers.channel_rows import channel_sums, rows_of, spread
from pikelpn_keras.replicas import everywhere


class BatchTransform(NamedTuple):
    """How inputs of `normalized` become outputs; float32 tensors of shape (channels,).

    Attributes:
        scale, offset: `outputs = inputs * scale + offset`.
        mean: the batch's mean.
        slope: derivative of `scale` by gamma.
        pull: `scale` over the number of values in a channel; 0 where the batch decides on neither
            scale nor offset.
        tilt: `pull` over the batch's variance.
    """

    scale: Any
    offset: Any
    mean: Any
    slope: Any
    pull: Any
    tilt: Any


def normalized(inputs, gamma, beta, transform, synchronized):
    """`inputs * transform.scale + transform.offset`.

    The gradient is that of `(inputs - mean) / deviation * gamma * ratio + beta`, where mean and
    deviation are those of the batch and the ratio is constant. (Ioffe and Szegedy, arXiv
    1502.03167, section 3.)

    Args:
        inputs: float32 tensor, channels last.
        gamma: float32 tensor of shape (channels,), for its gradient.
        beta: the same.
        transform: the `BatchTransform`.
        synchronized: whether the batch is that of all replicas of `tf.distribute`.

    Example:

    >>> one = ops.ones(2)
    >>> transform = BatchTransform(2 * one, -one, one, one, 0 * one, 0 * one)
    >>> ops.convert_to_numpy(normalized(ops.ones((1, 2)), one, one, transform, False))
    array([[1., 1.]], dtype=float32)
    """

    def total(share):
        return ops.sum(everywhere(share), axis=0) if synchronized else share

    channels = inputs.shape[-1]

    @ops.custom_gradient
    def transformed(inputs, gamma, beta):
        rows = rows_of(inputs)

        def gradient(*args, upstream=None):
            upstream = rows_of(args[0] if upstream is None else upstream)
            sums = channel_sums(upstream, channels)
            products = channel_sums(upstream * rows, channels) - transform.mean * sums
            # Both terms of the inputs and the constant: one number each for a channel.
            bend = -transform.tilt * total(products)
            shift = -transform.pull * total(sums) - transform.mean * bend
            through_batch = rows * spread(bend, rows) + spread(shift, rows)
            to_inputs = upstream * spread(transform.scale, rows) + through_batch
            return ops.reshape(to_inputs, ops.shape(inputs)), products * transform.slope, sums

        outputs = rows * spread(transform.scale, rows) + spread(transform.offset, rows)
        return ops.reshape(outputs, ops.shape(inputs)), gradient

    return transformed(inputs, gamma, beta)
