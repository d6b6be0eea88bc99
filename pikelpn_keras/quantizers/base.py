"""What every weight quantizer is."""

import abc
import copy

from keras import ops

from pikelpn_keras.rounding import magnitude, nearest_exponent, power_of_two, straight_through
from pikelpn_keras.tracing import traced_for_all_shapes, traced_once

LOWEST_EXPONENT = -64
HIGHEST_EXPONENT = 63


class Quantizer(abc.ABC):
    """Maps weights to integers with power-of-two scales.

    A weight stands for `q * 2**exponent`; each output channel has its exponent. Double Quantization
    stores the exponents as unsigned offsets of `scale_bits` bits below the largest exponent of the
    layer. A channel whose exponent would not fit gets the smallest that does, in training too.

    The gradient is straight-through: that of the quantized weights goes to the weights as it is.
    Quantizers that differ say so.

    Args:
        per_channel: whether each output channel has an exponent of its own, or all share one.
        scale_bits: width of an exponent's offset, 0 to 8.

    Attributes:
        bits: bits that one weight needs.
        max_integer: largest absolute integer.
        held_exponents: exponents that `holding` has fixed, a tuple; None where they follow the
            weights.
        reads_sizes: whether the quantizer's own rule looks at the sizes in `weights.shape`. Where
            it does not, a graph of TensorFlow holds it once for kernels of all shapes.
    """

    bits: int
    max_integer: int
    held_exponents = None
    reads_sizes = True

    def __init__(self, per_channel=True, scale_bits=4):
        if not isinstance(scale_bits, int) or scale_bits not in range(9):
            raise ValueError(f"scale_bits is a width from 0 to 8, not {scale_bits!r}")
        self.per_channel = bool(per_channel)
        self.scale_bits = scale_bits

    @abc.abstractmethod
    def natural_exponents(self, weights, axes):
        """Exponents, int32, by the quantizer's own rule.

        Args:
            weights: float32 tensor.
            axes: axes over which an exponent is shared; they are kept with length 1.
        """

    @abc.abstractmethod
    def to_int(self, weights, exponents):
        """Integers, as an int32 tensor of the shape of `weights`.

        Args:
            weights: float32 tensor.
            exponents: int32 tensor that broadcasts against it.
        """

    def quantize(self, weights, channel_axes=(-1,)):
        """Integers and exponents of `weights`.

        Args:
            weights: float32 tensor, a kernel.
            channel_axes: axes that number the output channels.

        Returns:
            int32 integers in the shape of `weights`, and int32 exponents in the same rank, with
            length 1 on all axes but `channel_axes` (on all axes where not `per_channel`).
        """
        weights = ops.stop_gradient(ops.convert_to_tensor(weights, "float32"))
        exponents = self.exponents(weights, channel_axes)
        return self.to_int(weights, exponents), exponents

    def exponents(self, weights, channel_axes=(-1,)):
        """Exponents as `quantize` gives them: clipped to what the scale codes can say."""
        if self.held_exponents is not None:
            shape = self.exponents_shape(ops.shape(weights), channel_axes)
            return ops.reshape(ops.convert_to_tensor(self.held_exponents, "int32"), shape)
        rank = len(weights.shape)
        kept = self._kept(rank, channel_axes)
        exponents = self.natural_exponents(weights, tuple(a for a in range(rank) if a not in kept))
        top = ops.clip(ops.max(exponents), LOWEST_EXPONENT, HIGHEST_EXPONENT)
        return ops.clip(exponents, top - (2**self.scale_bits - 1), top)

    def exponents_shape(self, shape, channel_axes):
        """Shape of the exponents of a kernel, a list: 1 on the axes that share one."""
        kept = self._kept(len(shape), channel_axes)
        return [size if axis in kept else 1 for axis, size in enumerate(shape)]

    def _kept(self, rank, channel_axes):
        return {axis % rank for axis in channel_axes} if self.per_channel else set()

    def holding(self, exponents):
        """This quantizer with exponents that no longer follow the weights.

        Args:
            exponents: integers, one for each output channel, or one in all where not `per_channel`.

        Raises:
            ValueError: if they lie too far apart for the scale codes.
        """
        exponents = tuple(int(e) for e in exponents)
        if max(exponents) - min(exponents) >= 2**self.scale_bits:
            raise ValueError(
                f"exponents from {min(exponents)} to {max(exponents)} do not fit offsets of "
                f"{self.scale_bits} bits; raise scale_bits"
            )
        held = copy.copy(self)
        held.held_exponents = exponents
        return held

    def from_int(self, integers, exponents):
        """Values, float32, of integers: `integers * 2**exponents`."""
        return ops.cast(integers, "float32") * power_of_two(exponents)

    def gradient_path(self, weights):
        """The function of `weights` whose gradient stands for that of the quantizer."""
        return weights

    def __call__(self, weights, channel_axes=(-1,)):
        """Quantized values and exponents of `weights`.

        Returns:
            float32 values `q * 2**exponent` with the straight-through gradient, and the exponents
            as in `quantize`.
        """
        # A cast reads a variable once; TensorFlow would read it again at every use.
        weights = ops.cast(weights, "float32")
        fixed = ops.stop_gradient(weights)
        quantized = _quantized if self.reads_sizes else _quantized_of_all_shapes
        values, exponents = quantized(fixed, quantizer=self, channel_axes=tuple(channel_axes))
        return straight_through(values, self.gradient_path(weights)), exponents

    def get_config(self):
        """What `from_config` makes this quantizer of again."""
        config = {"per_channel": self.per_channel, "scale_bits": self.scale_bits}
        if self.held_exponents is not None:
            config["held_exponents"] = list(self.held_exponents)
        return config

    @property
    def settings(self):
        """The arguments of the class; held exponents are left out."""
        return {k: v for k, v in self.get_config().items() if k != "held_exponents"}

    @classmethod
    def from_config(cls, config):
        """The quantizer of a configuration made by `get_config`."""
        arguments = {k: v for k, v in config.items() if k != "held_exponents"}
        exponents = config.get("held_exponents")
        quantizer = cls(**arguments)
        return quantizer if exponents is None else quantizer.holding(exponents)

    def __eq__(self, other):
        return type(self) is type(other) and self.get_config() == other.get_config()

    def __hash__(self):
        return hash((type(self), self.held_exponents, tuple(sorted(self.settings.items()))))

    def __repr__(self):
        arguments = ", ".join(f"{k}={v!r}" for k, v in self.settings.items())
        held = "" if self.held_exponents is None else ", exponents held"
        return f"{type(self).__name__}({arguments}{held})"


@traced_once
def _quantized(weights, *, quantizer, channel_axes):
    """Quantized values and exponents."""
    return _values_and_exponents(weights, quantizer, channel_axes)


def _shapes_of_quantized(weights, *, quantizer, channel_axes):
    return weights.shape, quantizer.exponents_shape(weights.shape, channel_axes)


@traced_for_all_shapes(_shapes_of_quantized)
def _quantized_of_all_shapes(weights, *, quantizer, channel_axes):
    """The same, of quantizers that read no sizes."""
    return _values_and_exponents(weights, quantizer, channel_axes)


def _values_and_exponents(weights, quantizer, channel_axes):
    integers, exponents = quantizer.quantize(weights, channel_axes)
    return quantizer.from_int(integers, exponents), exponents


def largest_magnitude(weights, axes):
    """`max(abs(weights))` over `axes`, which stay with length 1."""
    return ops.max(magnitude(weights), axis=axes, keepdims=True)


def mean_magnitude(weights, axes):
    """About `mean(abs(weights))` over `axes`, the same number on every backend.

    Backends sum floats in different orders. Here magnitudes are counted in units of a 4096th of the
    largest, one axis after the other, in integers.
    """
    unit_exponent = nearest_exponent(largest_magnitude(weights, axes)) - 12
    unit_exponent = ops.maximum(unit_exponent, -126)
    mean = ops.cast(ops.abs(weights) * power_of_two(-unit_exponent), "int32")
    for axis in axes:
        mean = ops.floor_divide(ops.sum(mean, axis=axis, keepdims=True), weights.shape[axis])
    return ops.cast(mean, "float32") * power_of_two(unit_exponent)
