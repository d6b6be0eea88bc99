"""What the functions of this package accept as a model."""

from pikelpn_keras.integer import IntegerGraph


def as_graph(model_or_graph):
    """The `IntegerGraph` of a Keras model; an `IntegerGraph` is returned as it is.

    Raises:
        ValueError: if a Keras model has a layer without an integer meaning.
    """
    if isinstance(model_or_graph, IntegerGraph):
        return model_or_graph
    # Only here is Keras, which takes seconds to import, needed.
    from pikelpn_keras.lowering import integer_graph

    return integer_graph(model_or_graph)
