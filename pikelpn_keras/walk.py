"""The walk through a model's layers that lowering, tracing and lifting share, and its ends."""


def symbolic_ends(model):
    """The symbolic inputs and outputs of a Keras model, between which its layers can be walked.

    Args:
        model: a built Functional or Sequential keras.Model.

    Returns:
        a list of input tensors and a list of output tensors.

    Raises:
        ValueError: if it is no model or has none, as subclassed models and those that are not
            built; the sentence says what to do.

    Example:

    >>> import keras
    >>> inputs, outputs = symbolic_ends(keras.Sequential([keras.Input((4,)), keras.layers.ReLU()]))
    >>> [tensor.shape for tensor in inputs], len(outputs)
    ([(None, 4)], 1)
    """
    if not hasattr(model, "layers"):
        raise ValueError(
            f"this takes a keras.Model, not {type(model).__name__}; load a file with "
            "keras.models.load_model"
        )
    try:
        return list(model.inputs), list(model.outputs)
    except (AttributeError, ValueError, TypeError):
        raise ValueError(
            f"model '{model.name}' ({type(model).__name__}) has no symbolic inputs and outputs: "
            "this needs a built Functional or Sequential model (begin it with keras.Input; of a "
            "subclassed one pass keras.Model(x, model.call(x)) with x = keras.Input(shape))"
        ) from None


def walk(inputs, outputs, values, node_of, call):
    """What becomes of the outputs of a model, given what its inputs have become.

    Each call of a layer is visited once, after those that feed it. There is no recursion, so a
    model may be as deep as it likes.

    Args:
        inputs: the model's symbolic input tensors.
        outputs: its symbolic output tensors.
        values: what the inputs have become, one for each.
        node_of: function from a symbolic tensor to the call that made it: the layer, the tensors
            that went in and those that came out.
        call: function from a layer, what its inputs have become and the tensors that came out of
            it to a list of what these become.

    Returns:
        a list with one entry for each output.

    Example:

    >>> calls = {"sum": ("add", ["a", "b"], ["sum"]), "twice": ("add", ["sum", "sum"], ["twice"])}
    >>> walk(["a", "b"], ["twice"], [1, 2], calls.get, lambda layer, terms, made: [sum(terms)])
    [6]
    """
    known = dict(zip(map(id, inputs), values, strict=True))
    pending = list(outputs)
    while pending:
        tensor = pending[-1]
        if id(tensor) in known:
            pending.pop()
            continue
        layer, sources, made = node_of(tensor)
        unknown = [source for source in sources if id(source) not in known]
        if unknown:
            pending.extend(reversed(unknown))
            continue
        results = call(layer, [known[id(source)] for source in sources], made)
        known.update(zip(map(id, made), results, strict=True))
    return [known[id(output)] for output in outputs]
