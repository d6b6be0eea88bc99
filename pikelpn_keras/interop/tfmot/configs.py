"""What tfmot asks a layer's configuration: which weights and outputs are quantized, and how."""

import tensorflow_model_optimization as tfmot
import tf_keras

from pikelpn_keras.interop.tfmot.quantizers import ActivationQuantizer, WeightQuantizer


@tf_keras.saving.register_keras_serializable("pikelpn")
class QuantizeConfig(tfmot.quantization.keras.QuantizeConfig):
    """A tfmot `QuantizeConfig` with PikeLPN's quantizers.

    Args:
        weights: dict from the names of a layer's weights to their `WeightQuantizer`.
        output: `ActivationQuantizer` of the layer's output; None where a norm or an activation is
            to follow, which join the layer in one operator.

    Example:

    >>> config = QuantizeConfig({"kernel": WeightQuantizer("uniform4")}, ActivationQuantizer(8))
    >>> layer = tfmot.quantization.keras.quantize_annotate_layer(tf_keras.layers.Dense(10), config)
    """

    def __init__(self, weights=None, output=None):
        self.weights = {
            name: _made(WeightQuantizer, quantizer) for name, quantizer in (weights or {}).items()
        }
        self.output = _made(ActivationQuantizer, output)

    def get_weights_and_quantizers(self, layer):
        return [(getattr(layer, name), quantizer) for name, quantizer in self.weights.items()]

    def get_activations_and_quantizers(self, layer):
        return []

    def set_quantize_weights(self, layer, quantize_weights):
        for name, weight in zip(self.weights, quantize_weights, strict=True):
            setattr(layer, name, weight)

    def set_quantize_activations(self, layer, quantize_activations):
        pass

    def get_output_quantizers(self, layer):
        return [self.output] if self.output else []

    def get_config(self):
        return {
            "weights": {name: q.get_config() for name, q in self.weights.items()},
            "output": self.output and self.output.get_config(),
        }

    def __eq__(self, other):
        return type(self) is type(other) and self.get_config() == other.get_config()

    def __hash__(self):
        return hash(repr(self.get_config()))


def _made(quantizer_class, value):
    """A quantizer of its configuration; a quantizer or None as it is."""
    return quantizer_class(**value) if isinstance(value, dict) else value
