"""Keras 2 models, with structure and weights, as Keras 3 models."""

import inspect

import keras

from pikelpn_keras.interop.rebuilding import rebuild
from pikelpn_keras.quantize.errors import refuse


def lift(model):
    """The Keras 3 model that computes what a Keras 2 model computes.

    Layers become those of the same name in `keras.layers`, with their arguments and weights.
    Initializers are left out, because the weights are there.

    Args:
        model: a built Functional or Sequential `tf_keras` model; nested models are flattened.

    Returns:
        a keras.Model; `pikelpn_keras.quantize_model` takes it from here.

    Raises:
        ValueError: if a layer is none of Keras, or Keras 3 has no such layer; the sentence names it
            and the remedy.

    Example:

        import tf_keras
        old = tf_keras.models.load_model("old.h5")
        model = pk.quantize_model(pk.interop.keras2.lift(old), pk.QuantConfig.w8a8(), pixels)
    """
    return rebuild(model, Lifter())


class Lifter:
    """Converts the layers of one model; a layer that is called twice stays shared."""

    def __init__(self):
        self._made = {}

    def __call__(self, layer, tensors):
        """The Keras 3 tensor of a layer's output, given those of its inputs."""
        if not type(layer).__module__.startswith("tf_keras."):
            refuse(layer, "is no layer of Keras 2's own; put one of tf_keras.layers in its place")
        return self.called(layer, type(layer).__name__, tensors, layer.get_weights())

    def called(self, layer, class_name, tensors, weights, **changes):
        """The output of the Keras 3 layer that a Keras 2 layer becomes, weights assigned.

        Args:
            layer: the Keras 2 layer.
            class_name: name of the class in `keras.layers`.
            tensors: list of Keras 3 tensors.
            weights: list of arrays, in the layer's order.
            **changes: arguments that differ from the old layer's.
        """
        made = self._made.get(id(layer))
        first = made is None
        if first:
            made = self._made[id(layer)] = counterpart(layer, class_name, changes)
        output = made(tensors if len(tensors) > 1 else tensors[0])
        if first:
            assign(layer, made, weights)
        return output


def counterpart(layer, class_name, changes):
    """The Keras 3 layer of a class, with the arguments of a Keras 2 layer.

    Args:
        layer: the Keras 2 layer.
        class_name: name of the class in `keras.layers`.
        changes: a dict of arguments that differ.
    """
    layer_class = getattr(keras.layers, class_name, None)
    if layer_class is None:
        refuse(layer, "has no counterpart in keras.layers; build the model without it")
    config = _arguments(layer_class, {**layer.get_config(), **changes})
    try:
        return layer_class.from_config(config)
    except (TypeError, ValueError) as error:
        refuse(layer, f"has arguments that keras.layers.{class_name} does not take: {error}")


def assign(layer, made, weights):
    """Gives a Keras 3 layer the weights of a Keras 2 layer.

    Raises:
        ValueError: if their shapes differ.
    """
    shapes = [tuple(weight.shape) for weight in weights]
    if shapes != [tuple(weight.shape) for weight in made.weights]:
        refuse(
            layer,
            f"has weights of shapes {shapes}, and that of Keras 3 "
            f"{[tuple(w.shape) for w in made.weights]}; build the model without it",
        )
    made.set_weights(weights)
    if hasattr(made, "finalize_state"):
        made.finalize_state()


def _arguments(layer_class, config):
    """The arguments of a Keras 2 configuration that a class of Keras 3 takes."""
    known = {*inspect.signature(layer_class).parameters, "name", "trainable"}
    return {
        name: _plain(name, value)
        for name, value in config.items()
        if name in known and not name.endswith("_initializer")
    }


def _plain(name, value):
    """An argument of Keras 2 as Keras 3 wants it: the layers of wrappers, and the axis of norms."""
    if isinstance(value, dict) and hasattr(keras.layers, str(value.get("class_name"))):
        inner = _arguments(getattr(keras.layers, value["class_name"]), value["config"])
        return {**value, "config": inner}
    if isinstance(value, list | tuple):
        value = list(value)
        return value[0] if name == "axis" and len(value) == 1 else value
    return value
