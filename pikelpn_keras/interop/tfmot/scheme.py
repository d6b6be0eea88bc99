"""The scheme: which quantizers tfmot puts where, so that a model trains as a PikeLPN model."""

import collections

import tensorflow_model_optimization as tfmot
import tf_keras
from tensorflow_model_optimization.python.core.quantization.keras import (
    quantize_layout_transform,
    quantize_registry,
)
from tensorflow_model_optimization.python.core.quantization.keras.default_8bit import (
    default_8bit_transforms,
)
from tensorflow_model_optimization.python.core.quantization.keras.graph_transformations import (
    model_transformer,
)

from pikelpn_keras.config import AUTO, QuantConfig
from pikelpn_keras.interop.tfmot.configs import QuantizeConfig
from pikelpn_keras.interop.tfmot.norm import ARGUMENTS, PowerOfTwoNorm
from pikelpn_keras.interop.tfmot.quantizers import ActivationQuantizer, WeightQuantizer
from pikelpn_keras.quantize.errors import refuse

L = tf_keras.layers
# Layers that make accumulators, with the name of their kernel.
KERNELS = {L.Conv2D: "kernel", L.DepthwiseConv2D: "depthwise_kernel", L.Dense: "kernel"}
# Layers whose outputs lie on the grid of their inputs.
MOVES = (L.MaxPooling2D, L.Flatten, L.Reshape, L.ZeroPadding2D, L.Dropout, L.AveragePooling2D)
OTHERS = (L.Add, L.GlobalAveragePooling2D, L.ReLU, L.Activation, PowerOfTwoNorm, L.InputLayer)


class PikeLPNScheme(tfmot.quantization.keras.QuantizeScheme):
    """A tfmot scheme with PikeLPN's weights, norms and scales.

    Separable convolutions are split, batch normalizations become `PowerOfTwoNorm`, weights get the
    quantizers of a `QuantConfig`, and a layer's output goes on a grid with a power-of-two step
    unless a norm, a ReLU or an addition behind it joins it in one operator.
    `pikelpn_keras.interop.tfmot.lift` makes the pikelpn model of what is trained.

    Args:
        config: a `QuantConfig`; None for `QuantConfig.pikelpn()`.

    Example:

    >>> float_model = tf_keras.Sequential([
    ...     L.Input((8, 8, 1)), L.Conv2D(4, 3), L.BatchNormalization(), L.ReLU()])
    >>> annotated = tfmot.quantization.keras.quantize_annotate_model(float_model)
    >>> model = tfmot.quantization.keras.quantize_apply(annotated, PikeLPNScheme())
    >>> [type(layer).__name__ for layer in model.layers]
    ['QuantizeWrapperV2', 'PowerOfTwoNorm', 'QuantizeWrapperV2']
    """

    def __init__(self, config=None):
        self.config = QuantConfig.pikelpn() if config is None else config

    def get_layout_transformer(self):
        return _Layout(self.config)

    def get_quantize_registry(self):
        return _Registry(self.config)


class _Layout(quantize_layout_transform.QuantizeLayoutTransform):
    """Splits and replaces layers, and decides what is quantized where."""

    def __init__(self, config):
        self.config = config

    def apply(self, model, layer_quantize_map):
        transforms = [default_8bit_transforms.SeparableConvQuantize()]
        model, found = model_transformer.ModelTransformer(
            model, transforms, set(layer_quantize_map), layer_quantize_map
        ).transform()
        model = _with_norms(model)
        readers, ends = _readers(model), {t._keras_history.layer.name for t in model.outputs}
        configs = {}
        for layer in model.layers:
            if layer.name not in found or isinstance(layer, L.InputLayer):
                continue
            chosen = found[layer.name].get("quantize_config")
            if chosen is None:
                chosen = self._config(layer, readers[layer.name], ends)
                if not chosen.weights and chosen.output is None:
                    continue
            configs[layer.name] = {"quantize_config": chosen}
        return model, configs

    def _config(self, layer, readers, ends):
        last = layer.name in ends or any(is_softmax(r) and r.name in ends for r in readers)
        roles = ["first"] * _reads_input(layer) + ["last"] * last
        joined = bool(readers) and all(_joins(layer, reader) for reader in readers)
        return _config_of(layer, self.config, roles, quantize_output=not joined)


class _Registry(quantize_registry.QuantizeRegistry):
    """What tfmot asks for layers that the layout has left to it: those before annotated ones."""

    def __init__(self, config):
        self.config = config

    def supports(self, layer):
        return type(layer) in (*KERNELS, *MOVES, *OTHERS)

    def get_quantize_config(self, layer):
        config = _config_of(layer, self.config, [], quantize_output=True)
        return config if config.output else None


def _config_of(layer, config, roles, quantize_output):
    """The `QuantizeConfig` of a layer."""
    if type(layer) not in (*KERNELS, *MOVES, *OTHERS):
        refuse(layer, "is none that PikeLPNScheme knows; annotate only the others")
    weights = {}
    if type(layer) in KERNELS:
        role, axes = _role(layer)
        roles = [] if role == "dense" else roles
        choice = config.for_layer(layer.name, *roles, role)
        if choice.quantizer in AUTO:
            refuse(
                layer,
                f"is given the quantizer {choice.quantizer!r}, which quantize_model alone chooses",
            )
        weights[KERNELS[type(layer)]] = WeightQuantizer(choice.quantizer, axes)
    output = None
    if quantize_output and not isinstance(layer, MOVES) and not is_softmax(layer):
        bits = config.for_layer(layer.name).activation_bits
        output = ActivationQuantizer(bits, signed=not ends_in_relu(layer))
    return QuantizeConfig(weights, output)


def _role(layer):
    if isinstance(layer, L.Dense):
        return "dense", (-1,)
    if isinstance(layer, L.DepthwiseConv2D):
        return "depthwise", (-2, -1)
    return ("pointwise" if tuple(layer.kernel_size) == (1, 1) else "convolution"), (-1,)


def _joins(layer, reader):
    """Whether `reader` takes the accumulator of `layer` into one operator."""
    if isinstance(layer, L.Add):
        return ends_in_relu(reader)
    if not isinstance(layer, (*KERNELS, PowerOfTwoNorm)) or ends_in_relu(layer):
        return False
    norm = isinstance(reader, PowerOfTwoNorm) and not isinstance(layer, PowerOfTwoNorm)
    return norm or is_relu(reader) or isinstance(reader, L.Add)


def is_relu(layer):
    """Whether a layer is nothing but a ReLU."""
    return isinstance(layer, L.ReLU | L.Activation) and ends_in_relu(layer)


def ends_in_relu(layer):
    """Whether a layer is a ReLU or has one for its activation."""
    activation = getattr(layer, "activation", None)
    return isinstance(layer, L.ReLU) or getattr(activation, "__name__", "") in ("relu", "relu6")


def is_softmax(layer):
    """Whether a layer is a softmax of its own."""
    activation = getattr(layer, "activation", None)
    return isinstance(layer, L.Softmax) or (
        isinstance(layer, L.Activation) and getattr(activation, "__name__", "") == "softmax"
    )


def _with_norms(model):
    """The model with `PowerOfTwoNorm` for every batch normalization, parameters kept."""
    replaced = []

    def clone(layer):
        if type(layer) is not L.BatchNormalization:
            return layer
        arguments = {name: getattr(layer, name) for name in ARGUMENTS}
        replaced.append((layer, PowerOfTwoNorm(name=layer.name, **arguments)))
        return replaced[-1][1]

    made = tf_keras.models.clone_model(model, clone_function=clone)
    for old, new in replaced:
        new.take_over(old)
    return made


def _readers(model):
    """Layers that read each layer of a model, by the read one's name."""
    readers = collections.defaultdict(list)
    for nodes in model._nodes_by_depth.values():
        for node in nodes:
            for parent in node.parent_nodes:
                readers[parent.layer.name].append(node.layer)
    return readers


def _reads_input(layer):
    parents = [parent.layer for node in layer._inbound_nodes for parent in node.parent_nodes]
    return all(isinstance(parent, L.InputLayer) for parent in parents)
