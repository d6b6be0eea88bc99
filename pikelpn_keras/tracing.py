"""Functions that TensorFlow puts into a graph once, however many layers call them."""

import functools

import keras

# Graphs of a function that are remembered at a time.
LARGEST_CACHE = 256


def traced_once(function):
    """`function`; a graph of TensorFlow holds it once for each shape and calls it from every layer.

    Layers compute alike on their parameters. Traced anew in every layer, these small operators are
    half of a training step's graph: Python traces, and Grappler optimizes, every copy, and a first
    step takes 2.1 times that of a float net instead of 1.3 (`benchmarks/training_step.py`). Outside
    of graphs and on other backends the function runs as it is.

    Args:
        function: takes tensors, and keyword arguments that are hashable; returns tensors or tuples
            of tensors. It creates no variables, assigns none and is not differentiated.

    Example:

    >>> from keras import ops
    >>> @traced_once
    ... def scaled(x, *, factor):
    ...     return x * factor
    >>> float(scaled(ops.array(3.0), factor=2.0))
    6.0
    """
    if keras.backend.backend() != "tensorflow":
        return function
    import tensorflow as tf

    @functools.lru_cache(maxsize=LARGEST_CACHE)
    def traced(specs, settings):
        # Without the attribute TensorFlow inlines the calls and optimizes every copy after all.
        graph = tf.function(
            lambda *tensors: function(*tensors, **dict(settings)),
            autograph=False,
            experimental_attributes={"_noinline": True},
        )
        return graph.get_concrete_function(*specs)

    @functools.wraps(function)
    def call(*tensors, **settings):
        if tf.executing_eagerly():
            return function(*tensors, **settings)
        specs = tf.nest.map_structure(lambda x: tf.TensorSpec(x.shape, x.dtype), tensors)
        return traced(specs, tuple(settings.items()))(*tensors)

    return call
