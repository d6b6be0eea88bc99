"""`convert`: from a model to the bytes of its .tflite file."""

import warnings

from ai_edge_litert import schema_py_generated as schema

from tflite_export import metadata, operators
from tflite_export.graphs import as_graph
from tflite_export.storage import STORAGES
from tflite_export.writer import ModelWriter

INPUT_TYPES = {"int8": schema.TensorType.INT8, "uint8": schema.TensorType.UINT8}
EXACT = ("report", "all")
QUANTIZE_VERSION = 1


def convert(model_or_graph, *, input_type="int8", weight_storage="int8", exact="report"):
    """Converts a model to an integer .tflite file.

    Every tensor of the file is an integer. On a layer that is proven exact for a runtime, that
    runtime computes exactly what `IntegerGraph.run` and `model.predict` give (contract, section 5);
    a layer for which this is not proven is reported by a warning.

    Args:
        model_or_graph: a Keras model of PikeLPN layers or an `IntegerGraph`.
        input_type: "int8", or "uint8" for raw pixels, which a QUANTIZE operator moves to int8.
        weight_storage: "int8", or "int4" to store kernels of magnitudes up to 7 in half a byte.
            4-bit weights leave no room for tie-free encoding unless they are very small.
        exact: "report" warns of layers that are not proven exact on every runtime, "all" refuses
            them.

    Returns:
        bytes of the file; the same model gives the same bytes.

    Raises:
        ValueError: if an argument is unknown, a layer cannot be expressed in the file, or `exact`
            is "all" and a layer is not proven exact; the sentence names the layer.

    Example:

    >>> from pikelpn_keras.integer import Grid, IntegerGraph
    >>> from pikelpn_keras.integer.nodes import Add, Tensor
    >>> x, y = Tensor("x", (4,), Grid(-8)), Tensor("y", (4,), Grid(-8))
    >>> tflite = convert(IntegerGraph("double", (x,), (Add((x, x), y),), ("y",)), exact="all")
    >>> tflite[4:8]
    b'TFL3'
    """
    _check("input_type", input_type, INPUT_TYPES)
    _check("weight_storage", weight_storage, STORAGES)
    _check("exact", exact, EXACT)
    graph = as_graph(model_or_graph)
    writer = ModelWriter()
    inputs = {t.name: _write_input(t, writer, INPUT_TYPES[input_type]) for t in graph.inputs}
    proofs = [operators.emit(node, writer, weight_storage) for node in graph.nodes]
    _report(graph, proofs, exact)
    return writer.write(
        graph.name,
        inputs=inputs,
        outputs={name: writer.activation(graph.tensors[name]) for name in graph.outputs},
        metadata={metadata.NAME: metadata.record_of(graph, proofs)},
    )


def _check(argument, value, known):
    if value not in known:
        raise ValueError(f"{argument} is {value!r}; it must be one of {', '.join(known)}")


def _write_input(tensor, writer, tensor_type):
    """Index of a model input; behind uint8 comes a QUANTIZE, which only moves the zero point."""
    if tensor_type == schema.TensorType.INT8:
        return writer.activation(tensor)
    if tensor.grid.signed:
        raise ValueError(
            f"input '{tensor.name}' has a signed grid, which uint8 cannot hold; "
            "use input_type='int8'"
        )
    edge = writer.edge(tensor, tensor_type)
    inner = writer.activation(tensor, name=f"{tensor.name}:int8")
    writer.operator(
        schema.BuiltinOperator.QUANTIZE, QUANTIZE_VERSION, [edge], inner, schema.QuantizeOptionsT()
    )
    return edge


def _report(graph, proofs, exact):
    for node, proof in zip(graph.nodes, proofs, strict=True):
        for failure in proof.failures:
            sentence = (
                f"layer '{node.name}' is not proven exact on {', '.join(failure.runtimes)}: "
                f"{failure.reason}; {failure.remedy}"
            )
            if exact == "all":
                raise ValueError(sentence)
            warnings.warn(sentence, stacklevel=3)
