"""tfmot's own quantization taken off again: float weights, and the ranges that it has learned."""

import numpy as np
import tf_keras
from tensorflow_model_optimization.python.core.quantization.keras.quantize_aware_activation import (
    NoOpActivation,
    QuantizeAwareActivation,
)
from tensorflow_model_optimization.python.core.quantization.keras.quantize_layer import (
    QuantizeLayer,
)
from tensorflow_model_optimization.python.core.quantization.keras.quantize_wrapper import (
    QuantizeWrapper,
)

from pikelpn_keras.interop import conversions, keras2, twins  # noqa: F401
from pikelpn_keras.interop.tfmot.weights import weights_of
from pikelpn_keras.rounding import nearest_exponent

MOST_BITS = 8


class Lifter(keras2.Lifter):
    """Converts the layers of one model to those of a float twin.

    Args:
        ranges: whether the learned ranges of activations go into the twin.
    """

    def __init__(self, ranges):
        super().__init__()
        self._ranges = ranges

    def __call__(self, layer, tensors):
        if isinstance(layer, QuantizeLayer):
            return tensors[0]
        if not isinstance(layer, QuantizeWrapper):
            return super().__call__(layer, tensors)
        inner = layer.layer
        changes = {}
        if hasattr(inner, "activation"):
            changes["activation"] = _activation_name(inner)
            # The layer's configuration does not serialize what the wrapper has put there.
            inner.activation = tf_keras.activations.get(changes["activation"])
        tensor = self.called(inner, type(inner).__name__, tensors, weights_of(layer), **changes)
        found = _range_of(layer)
        if found is None or not self._ranges:
            return tensor
        return _steps(found, f"{inner.name}_range")(tensor)


def _activation_name(layer):
    activation = layer.activation
    if isinstance(activation, QuantizeAwareActivation):
        activation = activation.activation
    if isinstance(activation, NoOpActivation):
        return "linear"
    return tf_keras.activations.serialize(activation)


def _range_of(wrapper):
    """Lowest value, highest value and bits of a layer's output; None where not quantized."""
    if wrapper._output_quantizers:
        variables, quantizer = wrapper._output_quantizer_vars, wrapper._output_quantizers[0]
    else:
        found = [a for a in wrapper._quantize_activations if a._should_post_quantize()]
        if not found:
            return None
        variables, quantizer = found[0]._post_activation_vars, found[0].quantizer
    if not {"min_var", "max_var"} <= set(variables or ()):
        return None
    low, high = (float(variables[name].numpy()) for name in ("min_var", "max_var"))
    return low, high, min(quantizer.num_bits, MOST_BITS)


def _steps(found, name):
    low, high, bits = found
    signed = low < 0
    reach = max(-low, high) / 2.0 ** (bits - signed)
    exponent = int(nearest_exponent(np.float32(reach)))
    return twins.OnGridSteps(bits, exponent, signed=signed, name=name)
