"""From a Keras model to its `IntegerGraph`."""

import keras

from pikelpn_keras import layers
from pikelpn_keras.graph_builder import GraphBuilder, Placeholder
from pikelpn_keras.integer.graph import IntegerGraph
from pikelpn_keras.integer.nodes import Tensor
from pikelpn_keras.walk import symbolic_ends, walk


def integer_graph(model):
    """The `IntegerGraph` of a Functional or Sequential model: what a device computes of it.

    Branches, shared layers and nested models are followed. Norms, activations and their quantizers
    merge into the layers before them.

    Args:
        model: a built keras.Model of layers of `pikelpn_keras.layers`, with one QuantInput for each
            input and a QuantReLU, QuantIdentity or other activation at each output.

    Returns:
        an `IntegerGraph`.

    Raises:
        ValueError: if the model is not built, has a layer without an integer meaning, ends in an
            accumulator, gives one output twice or holds weights that are not finite; the sentence
            names the layer.

    Warns:
        UserWarning: if a QuantInput stands inside a nested model, behind an input of floats: Keras
            makes floats of the pixels that such a model is fed.

    Example:

    >>> import numpy as np, pikelpn_keras as pk
    >>> model = keras.Sequential([
    ...     keras.Input((8, 8, 1)), pk.layers.QuantInput(), pk.layers.QuantConv2D(4, 3),
    ...     pk.layers.QuantReLU(name="relu")])
    >>> graph = integer_graph(model)
    >>> graph.run(np.zeros((1, 8, 8, 1), "uint8")).shape
    (1, 6, 6, 4)
    """
    inputs, outputs = symbolic_ends(model)
    graph = GraphBuilder()
    placeholders = [
        Placeholder(tensor._keras_history.operation.name, _shape_of(tensor, model), tensor.dtype)
        for tensor in inputs
    ]
    values = _lower_model(model, placeholders, graph)
    for tensor, value in zip(outputs, values, strict=True):
        _refuse_unfinished(tensor, value)
    missing = [p.name for p in placeholders if p.name not in graph.inputs]
    if missing:
        raise ValueError(f"model input '{missing[0]}' has no QuantInput; put one behind it")
    return IntegerGraph(
        name=model.name,
        inputs=tuple(graph.inputs[p.name] for p in placeholders),
        nodes=tuple(graph.nodes),
        outputs=_output_names(values),
    )


def _output_names(values):
    names = tuple(value.name for value in values)
    for name in names:
        if names.count(name) > 1:
            raise ValueError(f"the model gives the output '{name}' twice; name each output once")
    return names


def _shape_of(tensor, model):
    shape = tuple(tensor.shape[1:])
    if None in shape:
        raise ValueError(
            f"input '{tensor._keras_history.operation.name}' of model '{model.name}' has the "
            f"open shape {shape}; "
            "a device needs sizes, so give keras.Input all of them"
        )
    return shape


def _lower_model(model, values, graph):
    """The values of the outputs of `model`, given those of its inputs."""

    def node_of(tensor):
        operation, node_index, _ = tensor._keras_history
        node = operation._inbound_nodes[node_index]
        if not node.input_tensors:
            raise ValueError(
                f"layer '{operation.name}' is not fed by an input of model '{model.name}'"
            )
        return operation, node.input_tensors, node.outputs

    def call(operation, values, _):
        return _lower_operation(operation, values, graph)

    return walk(*symbolic_ends(model), values, node_of, call)


def _lower_operation(operation, values, graph):
    if isinstance(operation, keras.Model):
        return _lower_model(operation, values, graph)
    if not hasattr(operation, "lower"):
        raise ValueError(
            f"layer '{operation.name}' ({type(operation).__name__}) has no integer meaning; use "
            f"{_substitute(operation)} in its place"
        )
    for value in values:
        if isinstance(value, Placeholder) and not operation.starts_models:
            raise ValueError(
                f"{type(operation).__name__} '{operation.name}' reads model input '{value.name}' "
                "as plain floats; put a QuantInput between them"
            )
    return [operation.lower(graph, *values)]


def _substitute(operation):
    """What may stand where a float layer stands, in words."""
    kind = type(operation).__name__
    namesake = {"BatchNormalization": "QuantNorm"}.get(kind, f"Quant{kind}")
    known = hasattr(layers, namesake)
    return f"pikelpn_keras.layers.{namesake}" if known else "a layer of pikelpn_keras.layers"


def _refuse_unfinished(tensor, value):
    if not isinstance(value, Tensor):
        name = tensor._keras_history.operation.name
        raise ValueError(
            f"the model's output '{name}' is a 32-bit accumulator; end the model with "
            "QuantIdentity() or QuantReLU(), train and convert again"
        )
