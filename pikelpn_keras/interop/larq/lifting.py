"""A trained larq model as a pikelpn model."""

import collections

import keras
import larq as lq
import numpy as np
import tf_keras
from larq.layers_base import BaseLayer

from pikelpn_keras.config import QuantConfig
from pikelpn_keras.interop import conversions, keras2, twins  # noqa: F401
from pikelpn_keras.interop.larq.quantizers import InputQuantizer
from pikelpn_keras.interop.rebuilding import rebuild
from pikelpn_keras.quantize import quantize_model
from pikelpn_keras.quantize.errors import refuse
from pikelpn_keras.quantizers import BinaryQuantizer, UniformQuantizer

SIGNS = (lq.quantizers.SteSign, lq.quantizers.ApproxSign, lq.quantizers.SwishSign)
# Layers that move values, so that quantizing before or after them is the same.
MOVES = (keras.layers.MaxPooling2D, keras.layers.Flatten, keras.layers.Reshape)


def lift(model, config=None, calibration_data=None):
    """The pikelpn model that computes what a trained larq model computes.

    Where only the sign of a layer's outputs counts, its kernel stays what larq trained, binary,
    ternary or of k bits, and the batch normalization becomes a QuantNorm with exactly the same
    threshold: no sign differs but where larq's floats round. Elsewhere scales count, and kernels
    take them in: they are quantized as `config` says, by default to 7 bits.

    Args:
        model: a built Functional or Sequential larq model.
        config: a `QuantConfig`; None for `QuantConfig.w8a8()`. Its `input` says what the model is
            fed for a pixel.
        calibration_data: see `pikelpn_keras.quantize_model`.

    Returns:
        a keras.Model of layers of `pikelpn_keras.layers`; it outputs logits.

    Raises:
        ValueError: if a layer or quantizer has no integer form; the sentence names it and the
            remedy.

    Example:

    >>> from pikelpn_keras.config import InputGrid
    >>> larq_model = tf_keras.Sequential([
    ...     tf_keras.layers.Input((8, 8, 1)), tf_keras.layers.Flatten(),
    ...     lq.layers.QuantDense(4, kernel_quantizer="ste_sign", kernel_constraint="weight_clip"),
    ...     lq.layers.QuantDense(2, input_quantizer="ste_sign", kernel_quantizer="ste_tern")])
    >>> model = lift(larq_model, QuantConfig.w8a8(input=InputGrid(scale=1 / 255)))
    >>> [type(layer).__name__ for layer in model.layers][3:5]
    ['QuantDense', 'QuantSign']
    """
    config = QuantConfig.w8a8() if config is None else config
    return quantize_model(twin(model), config, calibration_data)


def twin(model):
    """The float Keras 3 model that computes what a larq model computes.

    Its kernels hold larq's quantized values, and layers of `pikelpn_keras.interop.twins` quantize
    activations. Signs and norms are moved before maximum pooling, which changes nothing.
    """
    return rebuild(model, Lifter())


class Lifter(keras2.Lifter):
    """Converts the layers of one larq model to those of its twin."""

    def __init__(self):
        super().__init__()
        self._names = collections.Counter()
        self._signs = {}
        self._flips = set()

    def __call__(self, layer, tensors):
        if isinstance(layer, lq.quantizers.Quantizer):
            return self._quantized(layer, layer, tensors[0])
        if isinstance(layer, BaseLayer):
            return self._larq_layer(layer, tensors[0])
        if isinstance(layer, tf_keras.layers.BatchNormalization):
            return self._norm(layer, tensors[0])
        if type(layer) is tf_keras.layers.Activation and not _is_function(layer.activation):
            return self._quantized(layer, layer.activation, tensors[0])
        return super().__call__(layer, tensors)

    def _larq_layer(self, layer, tensor):
        if layer.input_quantizer is not None:
            tensor = self._quantized(layer, layer.input_quantizer, tensor)
        weights = _quantized_weights(layer)
        # larq's constraints keep float weights where its quantizers want them.
        changes = {f"{kind}_constraint": None for kind in ("kernel", "depthwise", "pointwise")}
        border = float(getattr(layer, "pad_values", 0))
        if border and layer.padding == "same":
            tensor = twins.Shift(-border, name=self._unique(f"{layer.name}_border"))(tensor)
            changes["use_bias"] = True
            weights = _with_border(layer, weights, border)
        class_name = type(layer).__name__.removeprefix("Quant")
        if _is_function(layer.activation):
            return self.called(layer, class_name, [tensor], weights, **changes)
        tensor = self.called(layer, class_name, [tensor], weights, **changes, activation="linear")
        return self._quantized(layer, layer.activation, tensor)

    def _norm(self, layer, tensor):
        """A norm, before the maximum pooling that it follows.

        A channel with a negative gamma turns a maximum into a minimum, so it is negated before the
        pooling and again behind it.
        """
        pool = tensor._keras_history.operation
        if not isinstance(pool, keras.layers.MaxPooling2D) or len(layer._inbound_nodes) > 1:
            return super().__call__(layer, [tensor])
        weights = layer.get_weights()
        flips = np.where(weights[0] < 0, -1.0, 1.0) if layer.scale else np.ones(1)
        for number in range(layer.scale + layer.center):
            weights[number] = weights[number] * flips
        source = _source_of(tensor)
        tensor = self._again(pool, self.called(layer, "BatchNormalization", [source], weights))
        if flips.min() > 0:
            return tensor
        flip = keras.layers.Rescaling(flips.tolist(), name=self._unique(f"{layer.name}_flip"))
        self._flips.add(flip.name)
        return flip(tensor)

    def _quantized(self, layer, quantizer, tensor):
        """`tensor` behind the twin of a quantizer that `layer` applies to activations."""
        if isinstance(quantizer, SIGNS):
            return self._sign(tensor)
        if isinstance(quantizer, lq.quantizers.DoReFa) and quantizer.mode == "activations":
            return self._unit_steps(quantizer.precision, tensor)
        if isinstance(quantizer, InputQuantizer):
            return self._ours(layer, quantizer, tensor)
        refuse(
            layer,
            f"quantizes activations by {type(quantizer).__name__}, which has no integer form here; "
            "use ste_sign, approx_sign, swish_sign or DoReFa(mode='activations')",
        )

    def _ours(self, layer, quantizer, tensor):
        inner, exponent = quantizer.quantizer, quantizer.exponent
        name = self._unique(f"{layer.name}_input")
        if isinstance(inner, BinaryQuantizer):
            return keras.layers.Rescaling(2.0**exponent, name=name)(self._sign(tensor))
        if isinstance(inner, UniformQuantizer):
            return twins.OnGridSteps(inner.bits, exponent, signed=True, name=name)(tensor)
        refuse(
            layer,
            f"quantizes activations by {inner!r}, which no operator does; use 'uniform8' or "
            "'binary'",
        )

    def _sign(self, tensor):
        """The signs of `tensor`, taken before layers that only move or compare values.

        The layers as they were stay behind, unread.
        """
        if id(tensor) not in self._signs:
            operation = tensor._keras_history.operation
            if isinstance(operation, MOVES) or operation.name in self._flips:
                signs = self._again(operation, self._sign(_source_of(tensor)))
            else:
                signs = twins.Sign(name=self._unique(f"{operation.name}_sign"))(tensor)
            # The tensor is kept, so that no other can get its id.
            self._signs[id(tensor)] = tensor, signs
        return self._signs[id(tensor)][1]

    def _unit_steps(self, bits, tensor):
        operation = tensor._keras_history.operation
        if isinstance(operation, MOVES):
            return self._again(operation, self._unit_steps(bits, _source_of(tensor)))
        return twins.UnitSteps(bits, name=self._unique(f"{operation.name}_steps"))(tensor)

    def _again(self, operation, tensor):
        """`tensor` behind a copy of a Keras layer."""
        name = self._unique(operation.name)
        if operation.name in self._flips:
            self._flips.add(name)
        return type(operation).from_config({**operation.get_config(), "name": name})(tensor)

    def _unique(self, name):
        self._names[name] += 1
        return f"{name}_{self._names[name]}"


def _source_of(tensor):
    """What the layer that made `tensor` reads."""
    operation, index, _ = tensor._keras_history
    return operation._inbound_nodes[index].input_tensors[0]


def _quantized_weights(layer):
    """The layer's weights as larq computes with them, without states of its input quantizer."""
    states = {id(state) for state in getattr(layer.input_quantizer, "weights", ())}
    with lq.context.quantized_scope(True):
        values = layer.get_weights()
    return [v for w, v in zip(layer.weights, values, strict=True) if id(w) not in states]


def _is_function(activation):
    return getattr(activation, "__module__", "").startswith("tf_keras.")


def _with_border(layer, weights, border):
    """Weights that make up for inputs which are less by `border`."""
    kernel = weights[0]
    taps = (0, 1) if isinstance(layer, tf_keras.layers.DepthwiseConv2D) else (0, 1, 2)
    bias = border * kernel.sum(axis=taps).reshape(-1)
    return [kernel, bias + weights[1] if layer.use_bias else bias]
