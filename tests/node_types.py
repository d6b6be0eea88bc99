"""Which classes of nodes there are."""

from pikelpn_keras.integer import nodes


def concrete_nodes(module):
    """The node classes among the names of a module that can be made."""
    return {
        value
        for value in vars(module).values()
        if isinstance(value, type)
        and issubclass(value, nodes.Node)
        and not getattr(value, "__abstractmethods__", None)
    }
