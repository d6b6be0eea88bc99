"""A Keras 2 graph of layers, called again in Keras 3."""

import keras

from pikelpn_keras.quantize.errors import refuse
from pikelpn_keras.walk import walk


def rebuild(model, convert):
    """The Keras 3 model that `convert` makes of a Keras 2 model, layer by layer.

    Nested models are flattened, and a layer that is called twice is converted twice.

    Args:
        model: a built Functional or Sequential tf_keras model.
        convert: function of a Keras 2 layer and a list of Keras 3 tensors, its inputs, that gives
            the Keras 3 tensor of its output.

    Returns:
        a keras.Model.

    Raises:
        ValueError: if the model has no symbolic inputs and outputs, or a layer several outputs.
    """
    inputs = [
        keras.Input(tuple(tensor.shape[1:]), name=tensor._keras_history.layer.name)
        for tensor in _ends(model, "inputs")
    ]
    outputs = _follow(model, inputs, convert)
    return keras.Model(
        inputs if len(inputs) > 1 else inputs[0],
        outputs if len(outputs) > 1 else outputs[0],
        name=model.name,
    )


def _follow(model, tensors, convert):
    """Keras 3 tensors of the outputs of `model`, given those of its inputs."""

    def call(layer, tensors, ends):
        return _call(layer, tensors, ends, convert)

    return walk(_ends(model, "inputs"), _ends(model, "outputs"), tensors, _node_of, call)


def _node_of(tensor):
    history = tensor._keras_history
    node = history.layer._inbound_nodes[history.node_index]
    return history.layer, node.keras_inputs, _listed(node.outputs)


def _call(layer, tensors, ends, convert):
    if hasattr(layer, "layers"):
        return _follow(layer, tensors, convert)
    if len(ends) > 1:
        refuse(layer, f"has {len(ends)} outputs; build the model of layers that have one")
    return [convert(layer, tensors)]


def _ends(model, field):
    ends = getattr(model, field, None)
    if not ends or not hasattr(_listed(ends)[0], "_keras_history"):
        raise ValueError(
            f"model '{model.name}' ({type(model).__name__}) has no symbolic inputs and outputs; "
            "pass a built Functional or Sequential model of tf_keras"
        )
    return _listed(ends)


def _listed(value):
    return list(value) if isinstance(value, list | tuple) else [value]
