"""Which function writes which node."""

_EMITTERS = {}


def emits(node_type):
    """Decorator: registers a function as the one that writes nodes of class `node_type`.

    The function takes the node, the `ModelWriter` and the name of the weight storage asked for
    ("int8" or "int4"), appends the node's operators to the writer and returns their `Proof`.

    Example:

    >>> class Copy:
    ...     pass
    >>> @emits(Copy)
    ... def emit_copy(node, writer, storage_name):
    ...     ...
    """

    def register(function):
        _EMITTERS[node_type] = function
        return function

    return register


def emit(node, writer, storage_name):
    """Writes one node and returns its `Proof`.

    Raises:
        ValueError: if no function is registered for the node's class.
    """
    for node_type in type(node).__mro__:
        if node_type in _EMITTERS:
            return _EMITTERS[node_type](node, writer, storage_name)
    raise ValueError(
        f"layer '{node.name}' ({type(node).__name__}) has no TFLite operator; add a file to "
        "tflite_export/operators that registers one with @emits"
    )
