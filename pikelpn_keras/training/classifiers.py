"""What a training asks of a classifier: the shape of its output and what it ends in."""

import keras


def refuse_unfit(model, argument):
    """Raises ValueError where `model`, given as `argument`, is no classifier of one output."""
    if not isinstance(model, keras.Model):
        raise ValueError(f"{argument} is a keras.Model, not {type(model).__name__}")
    shape = output_shape(model)
    if shape is not None and not all(size is None or isinstance(size, int) for size in shape):
        raise ValueError(
            f"{argument} '{model.name}' has {len(shape)} outputs; fit_recipe trains classifiers of "
            "one output"
        )
    if shape is not None and shape[-1] == 1:
        raise ValueError(
            f"{argument} '{model.name}' ends in one number; give a classifier one output for each "
            "class, 2 for yes and no"
        )
    if final_activation(model) == "sigmoid":
        raise ValueError(
            f"{argument} '{model.name}' ends in a sigmoid; fit_recipe trains on cross entropy "
            "among classes, so let it end in logits"
        )


def output_shape(model):
    """The output shape of a model, batch included; None where it is not known before a call.

    Example:

    >>> output_shape(keras.Sequential([keras.Input((4,)), keras.layers.Dense(3)]))
    (None, 3)
    """
    shape = getattr(model, "output_shape", None)
    return shape if shape is None or isinstance(shape, dict) else tuple(shape)


def input_shape(model):
    """The shape of a model's one input, batch included; None where it has several or none is known.

    Example:

    >>> input_shape(keras.Sequential([keras.Input((4,)), keras.layers.Dense(3)]))
    (None, 4)
    """
    inputs = getattr(model, "inputs", None) or []
    return tuple(inputs[0].shape) if len(inputs) == 1 else None


def final_activation(model):
    """The name of the activation that a model ends in, "linear" where none is seen.

    Args:
        model: a keras.Model; behind a subclassed one nothing is seen.

    Example:

    >>> final_activation(keras.Sequential([
    ...     keras.Input((4,)), keras.layers.Dense(3), keras.layers.Softmax()]))
    'softmax'
    """
    outputs = getattr(model, "outputs", None)
    if isinstance(model, keras.Sequential) and model.layers:
        last = model.layers[-1]
    elif outputs:
        last = outputs[0]._keras_history.operation
    else:
        return "linear"
    if isinstance(last, keras.Model):
        return final_activation(last)
    if isinstance(last, keras.layers.Softmax):
        return "softmax"
    activation = getattr(last, "activation", None)
    return getattr(keras.activations.get(activation), "__name__", "linear")
