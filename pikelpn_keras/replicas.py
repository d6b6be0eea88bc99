"""What the replicas of `tf.distribute` know of one batch together.

A strategy of `tf.distribute` gives every replica a share of each batch and lets each assign to its
own copy of the variables. States that follow the data, such as moving statistics and exponents,
must see the whole batch, or the copies part. Under `keras.distribution` on JAX, and without any
distribution, a layer sees the whole batch anyway; then the functions here give back what they get.
"""

import keras
from keras import ops


def everywhere(x):
    """The values that `x` has on each replica, the same on all of them.

    A replica's own value receives the gradients of all replicas.

    Args:
        x: tensor; its shape is the same on all replicas.

    Returns:
        tensor of shape (replicas, *x.shape); without replicas there is one.

    Example:

    >>> ops.convert_to_numpy(everywhere(ops.array([1.0, 2.0])))
    array([[1., 2.]], dtype=float32)
    """
    x = ops.convert_to_tensor(x)
    context = _replica_context()
    if context is None:
        return x[None]
    import tensorflow as tf

    replicas = tf.range(context.num_replicas_in_sync)
    own = tf.reshape(replicas == context.replica_id_in_sync_group, [-1] + [1] * len(x.shape))
    # Of each sum one term is not zero, so nothing is rounded.
    return context.all_reduce(tf.distribute.ReduceOp.SUM, tf.where(own, x[None], 0.0))


def batch_maximum(x):
    """The maximum over the whole batch of what each replica found in its share.

    Args:
        x: float32 scalar tensor, -inf on a replica whose share is empty.

    Example:

    >>> float(batch_maximum(ops.array(3.0)))
    3.0
    """
    return x if _replica_context() is None else ops.max(everywhere(x), axis=0)


def batch_moments(mean, variance, count):
    """Mean and variance of the whole batch, of those that each replica found in its share.

    Shares may differ in size and be empty. Exact but for float32's rounding:
    `variance + (share's mean - mean)**2`, averaged, which does not cancel.

    Args:
        mean: float32 tensor of shape (channels,), of this replica's share.
        variance: the same.
        count: how many values of a channel the share has, a scalar tensor or int.

    Returns:
        mean and variance.

    Example:

    >>> [float(m[0]) for m in batch_moments(ops.array([1.0]), ops.array([4.0]), 8)]
    [1.0, 4.0]
    """
    if _replica_context() is None:
        return mean, variance
    # One exchange of everything: each costs a round trip.
    share = ops.stack([ops.broadcast_to(ops.cast(count, mean.dtype), mean.shape), mean, variance])
    counts, means, variances = ops.unstack(everywhere(share), axis=1)
    # The moments of an empty share are not numbers.
    means, variances = (ops.where(counts > 0, x, 0.0) for x in (means, variances))
    weights = counts / ops.sum(counts, axis=0)
    mean = ops.sum(weights * means, axis=0)
    return mean, ops.sum(weights * (variances + ops.square(means - mean)), axis=0)


def _replica_context():
    """TensorFlow's replica context where several replicas train, else None."""
    if keras.backend.backend() != "tensorflow":
        return None
    import tensorflow as tf

    context = tf.distribute.get_replica_context()
    if context is None or context.num_replicas_in_sync == 1:
        return None
    return context
