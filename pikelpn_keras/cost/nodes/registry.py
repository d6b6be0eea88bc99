"""Which function counts the work of which node."""

_COUNTERS = {}


def counts(*node_types):
    """Decorator: registers a function as the one that counts nodes of some classes.

    The function takes the node and returns its `Work` for one image.

    Example:

    >>> class Copy:
    ...     pass
    >>> @counts(Copy)
    ... def copy(node):
    ...     ...
    """

    def register(function):
        for node_type in node_types:
            _COUNTERS[node_type] = function
        return function

    return register


def work_of(node):
    """The `Work` of one node.

    Raises:
        ValueError: if no function is registered for the node's class.
    """
    for node_type in type(node).__mro__:
        if node_type in _COUNTERS:
            return _COUNTERS[node_type](node)
    raise ValueError(
        f"the cost of layer '{node.name}' ({type(node).__name__}) is not known; add a file to "
        "pikelpn_keras/cost/nodes that registers a function with @counts"
    )
