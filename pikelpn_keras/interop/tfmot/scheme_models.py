"""Models of `PikeLPNScheme` as pikelpn models: each layer becomes its quantized namesake."""

import keras
import numpy as np
from tensorflow_model_optimization.python.core.quantization.keras.quantize_config import (
    OutputOnlyConfig,
)
from tensorflow_model_optimization.python.core.quantization.keras.quantize_wrapper import (
    QuantizeWrapper,
)

from pikelpn_keras import layers
from pikelpn_keras.interop.keras2 import counterpart
from pikelpn_keras.interop.tfmot.configs import QuantizeConfig
from pikelpn_keras.interop.tfmot.norm import PowerOfTwoNorm
from pikelpn_keras.interop.tfmot.scheme import KERNELS, MOVES, L, ends_in_relu, is_softmax
from pikelpn_keras.interop.tfmot.weights import weights_of
from pikelpn_keras.quantize.errors import refuse


def is_ours(model):
    """Whether the quantized layers of a tfmot model have configurations of this package."""
    wrappers = [layer for layer in model.layers if isinstance(layer, QuantizeWrapper)]
    norms = any(isinstance(layer, PowerOfTwoNorm) for layer in model.layers)
    return norms or bool(wrappers) and all(_config_of(w) is not None for w in wrappers)


def _config_of(layer):
    """The `QuantizeConfig` of a wrapped layer, None for others; tfmot may have narrowed it."""
    config = getattr(layer, "quantize_config", None)
    if isinstance(config, OutputOnlyConfig):
        config = QuantizeConfig(output=config.quantize_config.output)
    return config if isinstance(config, QuantizeConfig) else None


class Lifter:
    """Converts the layers of one model.

    Args:
        input_grid: the `InputGrid` of the model's inputs.

    Raises:
        ValueError: if inputs have an offset, which the trained kernels could not take in exactly.
    """

    def __init__(self, input_grid):
        if input_grid.offset:
            raise ValueError(
                f"the input's offset is {input_grid.offset}; models of PikeLPNScheme are lifted "
                "without one, so feed them pixel / 256"
            )
        self._input = input_grid
        self._inputs = {}

    def __call__(self, layer, tensors):
        """The Keras 3 tensor of a layer's output, given those of its inputs."""
        inner, output, config = layer, None, _config_of(layer)
        if config is not None:
            inner = layer.layer
            if config.output is not None:
                output = config.output, int(layer._output_quantizer_vars["exponent"].numpy())
        tensors = [self._on_grid(tensor) for tensor in tensors]
        if type(inner) in KERNELS:
            return _activated(inner, self._product(layer, inner, tensors[0]), output)
        if isinstance(inner, PowerOfTwoNorm):
            norm = layers.QuantNorm.from_config(inner.norm.get_config())
            tensor = norm(tensors[0])
            norm.set_weights(inner.norm.get_weights())
            return _activated(inner, tensor, output)
        if isinstance(inner, L.Add):
            return _sum(inner, tensors, None, output)
        if isinstance(inner, (*MOVES, L.GlobalAveragePooling2D)):
            made = _namesake(inner)
            return _held(made, made(tensors[0]), output)
        if is_softmax(inner):
            return tensors[0]
        return _activated(inner, tensors[0], output)

    def _on_grid(self, tensor):
        """A model input behind its QuantInput; any other tensor as it is."""
        if not isinstance(tensor._keras_history.operation, keras.layers.InputLayer):
            return tensor
        if id(tensor) not in self._inputs:
            given = self._input
            made = layers.QuantInput(given.bits, given.exponent, given.signed)
            self._inputs[id(tensor)] = made(tensor)
        return self._inputs[id(tensor)]

    def _product(self, layer, inner, tensor):
        config, name = _config_of(layer), KERNELS[type(inner)]
        if config is None or name not in config.weights:
            refuse(inner, f"has a {name} without a quantizer; annotate the layer and train again")
        quantizer = config.weights[name].quantizer
        made_class = getattr(layers, f"Quant{type(inner).__name__}")
        made = _namesake(inner, activation="linear", **{made_class.quantizer_argument: quantizer})
        output = made(tensor)
        kernel, *bias = weights_of(layer)
        if isinstance(tensor._keras_history.operation, layers.QuantInput):
            kernel = kernel * np.float32(self._input.scale * 2.0**-self._input.exponent)
        made.set_weights([kernel, *bias])
        return output


def _activated(inner, tensor, output):
    """`tensor` behind the activation that the output's quantizer stands for, if there is one."""
    if output is None:
        return tensor
    quantizer, exponent = output
    if not ends_in_relu(inner):
        made = layers.QuantIdentity(quantizer.bits, name=f"{inner.name}_output")
        return _held(made, made(tensor), output)
    operation = tensor._keras_history.operation
    if isinstance(operation, layers.QuantAdd) and not operation.frozen:
        sources = operation._inbound_nodes[0].input_tensors
        return _sum(inner, sources, "relu", output)
    limit = getattr(inner, "max_value", None)
    if getattr(getattr(inner, "activation", None), "__name__", "") == "relu6":
        limit = 6.0
    if getattr(inner, "negative_slope", 0) or getattr(inner, "threshold", 0):
        refuse(inner, "has a slope or a threshold; use ReLU()")
    made = layers.QuantReLU(
        quantizer.bits, max_value=limit and float(limit), name=f"{inner.name}_relu"
    )
    return _held(made, made(tensor), output)


def _sum(inner, tensors, activation, output):
    """A QuantAdd; without an output's quantizer it waits for the ReLU behind it."""
    bits = 8 if output is None else output[0].bits
    made = layers.QuantAdd(bits, activation=activation, name=inner.name)
    return _held(made, made(list(tensors)), output)


def _held(made, tensor, output):
    """`tensor`, its maker's exponent set to the trained one and frozen."""
    if output is not None:
        made.set_exponent(output[1])
        made.freeze()
    return tensor


def _namesake(inner, **changes):
    """The layer of `pikelpn_keras.layers` with the name and the arguments of a Keras 2 layer."""
    name = type(inner).__name__
    config = counterpart(inner, name, {"activation": "linear"}).get_config()
    del config["dtype"]
    return getattr(layers, f"Quant{name}").from_config({**config, **changes})
