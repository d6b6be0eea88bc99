"""Our quantizers as tfmot's."""

import tf_keras
from keras import ops
from tensorflow_model_optimization.quantization.keras import quantizers as tfmot_quantizers

from pikelpn_keras import quantizers
from pikelpn_keras.activation_quantizer import quantize_activation
from pikelpn_keras.integer.grid import Grid
from pikelpn_keras.interop.ranges import follow_range


class _ByConfig(tfmot_quantizers.Quantizer):
    """Equal where the configurations are, as tfmot's own quantizers."""

    def __eq__(self, other):
        return type(self) is type(other) and self.get_config() == other.get_config()

    def __ne__(self, other):
        return not self == other

    def __hash__(self):
        return hash(repr((type(self), self.get_config())))


@tf_keras.saving.register_keras_serializable("pikelpn")
class WeightQuantizer(_ByConfig):
    """A quantizer of `pikelpn_keras.quantizers` for weights of tfmot's layers.

    Args:
        quantizer: a quantizer, its name or its config.
        channel_axes: axes that number output channels: the last, or the last two of depthwise
            kernels.
    """

    def __init__(self, quantizer, channel_axes=(-1,)):
        self.quantizer = quantizers.get(quantizer)
        self.channel_axes = tuple(channel_axes)

    def build(self, tensor_shape, name, layer):
        return {}

    def __call__(self, inputs, training, weights, **kwargs):
        values, _ = self.quantizer(inputs, self.channel_axes)
        return values

    def get_config(self):
        return {
            "quantizer": quantizers.serialize(self.quantizer),
            "channel_axes": list(self.channel_axes),
        }


@tf_keras.saving.register_keras_serializable("pikelpn")
class ActivationQuantizer(_ByConfig):
    """Activations on a grid with a power-of-two step that follows their range, as `QuantReLU`.

    Args:
        bits: number of bits, 2 to 8.
        signed: whether activations may be negative.
        momentum: weight of the past in the running range.
    """

    def __init__(self, bits=8, signed=True, momentum=0.99):
        self.bits = bits
        self.signed = signed
        self.momentum = momentum

    def build(self, tensor_shape, name, layer):
        constant = tf_keras.initializers.Constant
        return {
            "range": layer.add_weight(
                f"{name}_range", initializer=constant(0.0), trainable=False, shape=()
            ),
            "exponent": layer.add_weight(
                f"{name}_exponent", initializer=constant(4 - self.bits), trainable=False, shape=()
            ),
        }

    def __call__(self, inputs, training, weights, **kwargs):
        if training:
            magnitude = ops.max(ops.abs(inputs)) if self.signed else ops.max(inputs)
            steps = Grid(0, self.bits, self.signed).high + 1
            moved, exponent = follow_range(
                weights["range"],
                weights["exponent"],
                magnitude,
                steps,
                self.momentum,
            )
            weights["range"].assign(moved)
            weights["exponent"].assign(exponent)
        exponent = ops.convert_to_tensor(weights["exponent"])
        return quantize_activation(inputs, Grid(exponent, self.bits, self.signed))

    def get_config(self):
        return {"bits": self.bits, "signed": self.signed, "momentum": self.momentum}
