"""Functions that are traced once, however many layers call them."""

import functools

import keras

# Graphs of a function that are remembered at a time.
LARGEST_CACHE = 256


def traced_once(function):
    """`function`; a traced program holds it once for each shape and calls it from every layer.

    Layers compute alike on their parameters. Traced anew in every layer, these small operators are
    half of a training step's graph: Python traces every copy, TensorFlow's Grappler optimizes and
    JAX lowers every copy. On TensorFlow a first step takes 2.1 times that of a float net instead of
    1.3 (`benchmarks/training_step.py`). Outside of traced programs, and on torch, the function runs
    as it is.

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
    backend = keras.backend.backend()
    return ONCE[backend](function) if backend in ONCE else function


def traced_for_all_shapes(shapes):
    """As `traced_once`; a graph of TensorFlow holds the function once for tensors of all shapes.

    Tracing and optimizing a function takes TensorFlow about 60 ms, and nets have many shapes.

    Args:
        shapes: says what shapes the outputs have, in order, by the arguments of the function, which
            itself sees tensors whose sizes are unknown.

    Example:

    >>> from keras import ops
    >>> @traced_for_all_shapes(lambda x: (x.shape, ()))
    ... def doubled_and_sum(x):
    ...     return 2 * x, ops.sum(x)
    >>> float(doubled_and_sum(ops.array([1.0, 2.0]))[1])
    3.0
    """

    def decorated(function):
        if keras.backend.backend() == "tensorflow":
            return once_in_tensorflow(function, shapes)
        return traced_once(function)

    return decorated


def once_in_tensorflow(function, shapes=None):
    """`function`, one node of a TensorFlow graph for each of its calls.

    See `traced_once`, and `traced_for_all_shapes` for `shapes`.
    """
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

    def spec(tensor):
        shape = tensor.shape if shapes is None else [None] * len(tensor.shape)
        return tf.TensorSpec(shape, tensor.dtype)

    @functools.wraps(function)
    def call(*tensors, **settings):
        if tf.executing_eagerly():
            return function(*tensors, **settings)
        specs = tf.nest.map_structure(spec, tensors)
        outputs = traced(specs, tuple(settings.items()))(*tensors)
        if shapes is not None:
            known = shapes(*tensors, **settings)
            for output, shape in zip(tf.nest.flatten(outputs), known, strict=True):
                output.set_shape(shape)
        return outputs

    return call


def once_in_jax(function):
    """`function`, one equation of a jaxpr for each of its calls; see `traced_once`."""
    import jax

    @functools.lru_cache(maxsize=LARGEST_CACHE)
    def traced(settings):
        return jax.jit(functools.partial(function, **dict(settings)))

    @functools.wraps(function)
    def call(*tensors, **settings):
        if any(isinstance(x, jax.core.Tracer) for x in jax.tree.leaves(tensors)):
            return traced(tuple(settings.items()))(*tensors)
        return function(*tensors, **settings)

    return call


ONCE = {"tensorflow": once_in_tensorflow, "jax": once_in_jax}
