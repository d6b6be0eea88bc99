"""Our quantizers as larq's."""

import functools

import larq as lq
import tensorflow as tf
import tf_keras
from keras import ops

from pikelpn_keras import quantizers
from pikelpn_keras.interop.ranges import follow_range
from pikelpn_keras.rounding import power_of_two, straight_through

NAMES = (
    "binary",
    "ternary",
    "uniform",
    *(f"uniform{bits}" for bits in range(2, 9)),
    "power_of_two",
    *(f"power_of_two{levels}" for levels in range(3, 8)),
)


@tf_keras.saving.register_keras_serializable("pikelpn")
class KernelQuantizer(lq.quantizers.Quantizer):
    """A quantizer of `pikelpn_keras.quantizers` for kernels of larq's layers.

    larq knows each by name too: "binary", "ternary", "uniform4", "power_of_two6" and so on, and
    with "depthwise_" in front for depthwise kernels. `precision` is the number of bits, which
    `lq.models.summary` counts.

    Args:
        quantizer: a quantizer, its name or its config.
        channel_axes: axes that number output channels: the last, or the last two of depthwise
            kernels.

    Example:

    >>> layer = lq.layers.QuantConv2D(32, 3, kernel_quantizer=KernelQuantizer("uniform4"))
    >>> layer = lq.layers.QuantConv2D(32, 3, kernel_quantizer="uniform4")
    >>> layer.kernel_quantizer.precision
    4
    >>> layer = lq.layers.QuantDepthwiseConv2D(3, depthwise_quantizer="depthwise_uniform4")
    >>> layer.depthwise_quantizer.channel_axes
    (-2, -1)
    """

    def __init__(self, quantizer, channel_axes=(-1,), **kwargs):
        super().__init__(**kwargs)
        self.quantizer = quantizers.get(quantizer)
        self.channel_axes = tuple(channel_axes)
        self.precision = self.quantizer.bits

    def call(self, inputs):
        values, _ = self.quantizer(inputs, self.channel_axes)
        return values

    def get_config(self):
        return {
            **super().get_config(),
            "quantizer": quantizers.serialize(self.quantizer),
            "channel_axes": list(self.channel_axes),
        }


@tf_keras.saving.register_keras_serializable("pikelpn")
class InputQuantizer(lq.quantizers.Quantizer):
    """A quantizer of `pikelpn_keras.quantizers` for inputs of larq's layers.

    All values share one exponent, a state: it follows a running average of what the quantizer would
    choose for each batch, with the hysteresis of `follow_exponent`, and holds still in evaluation.

    Args:
        quantizer: a quantizer, its name or its config.
        momentum: weight of the past in the running average.

    Example:

    >>> layer = lq.layers.QuantDense(10, input_quantizer=InputQuantizer("uniform8"))
    >>> layer(tf.ones((1, 3)), training=True).shape
    TensorShape([1, 10])
    >>> layer.input_quantizer.exponent
    -7
    """

    def __init__(self, quantizer, momentum=0.99, **kwargs):
        super().__init__(**kwargs)
        self.quantizer = quantizers.get(quantizer)
        self.momentum = momentum
        self.precision = self.quantizer.bits

    def build(self, input_shape):
        super().build(input_shape)
        self._scale = self.add_weight("scale", shape=(), initializer="zeros", trainable=False)
        self._exponent = self.add_weight("exponent", shape=(), initializer="zeros", trainable=False)

    @property
    def exponent(self):
        """The exponent that all values share, an int."""
        return int(self._exponent.numpy())

    def call(self, inputs, training=None):
        if training:
            self._follow(inputs)
        exponent = tf.convert_to_tensor(self._exponent)
        largest = self.quantizer.max_integer * power_of_two(exponent)
        integers = self.quantizer.to_int(tf.stop_gradient(inputs), ops.cast(exponent, "int32"))
        values = self.quantizer.from_int(integers, exponent)
        return straight_through(values, ops.clip(inputs, -largest, largest))

    def get_config(self):
        return {
            **super().get_config(),
            "quantizer": quantizers.serialize(self.quantizer),
            "momentum": self.momentum,
        }

    def _follow(self, inputs):
        """Lets scale and exponent follow a batch."""
        axes = tuple(range(len(inputs.shape)))
        natural = self.quantizer.natural_exponents(tf.stop_gradient(inputs), axes)
        batch = power_of_two(ops.reshape(ops.clip(natural, -60, 60), ()))
        scale, exponent = follow_range(self._scale, self._exponent, batch, 1, self.momentum)
        self._scale.assign(scale)
        self._exponent.assign(exponent)


def register():
    """Makes larq know our quantizers by their names."""
    known = tf_keras.utils.get_custom_objects()
    # HDF5 files name classes without their package.
    known.update({kind.__name__: kind for kind in (KernelQuantizer, InputQuantizer)})
    for name in NAMES:
        known[name] = functools.partial(KernelQuantizer, name)
        known[f"depthwise_{name}"] = functools.partial(KernelQuantizer, name, (-2, -1))
