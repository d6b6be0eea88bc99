"""Batch normalization as a power of two, its remainder moved into the kernel before it."""

import dataclasses

import keras
import numpy as np

from pikelpn_keras.quantize.errors import refuse_not_finite
from pikelpn_keras.rounding import nearest_exponent


@dataclasses.dataclass(frozen=True, eq=False)
class NormParameters:
    """A batch normalization: float64 vectors, one entry for each channel.

    Attributes:
        layer: the float layer.
        gamma, beta, mean, variance: its parameters and moving statistics.
    """

    layer: keras.layers.BatchNormalization
    gamma: np.ndarray
    beta: np.ndarray
    mean: np.ndarray
    variance: np.ndarray

    @classmethod
    def of(cls, layer):
        """The parameters of a float layer; what it leaves out is 1 or 0.

        Raises:
            ValueError: if one is NaN or infinite.
        """
        mean, variance = (
            keras.ops.convert_to_numpy(v).astype(np.float64)
            for v in (layer.moving_mean, layer.moving_variance)
        )
        gamma = np.ones_like(mean) if layer.gamma is None else _vector(layer.gamma)
        beta = np.zeros_like(mean) if layer.beta is None else _vector(layer.beta)
        refuse_not_finite(layer, gamma, beta, mean, variance)
        return cls(layer, gamma, beta, mean, variance)

    @property
    def multiplier(self):
        """`gamma / sqrt(variance + epsilon)`."""
        return self.gamma / np.sqrt(self.variance + self.layer.epsilon)


def _vector(variable):
    return keras.ops.convert_to_numpy(variable).astype(np.float64)


def fold_remainder(kernel, bias, norm, scale_bits):
    """The same function with a multiplier that is a power of two.

    `gamma / sqrt(variance + epsilon) = m * r` with m the nearest power of two, with gamma's sign.
    The remainder r goes into the kernel's output channels and into mean and deviation, so nothing
    is lost where the kernel's quantizer has an exponent for each channel. A multiplier too small
    for the codes of `scale_bits` takes the smallest that they can say; r takes the rest.

    Args:
        kernel: float64 array, output channels innermost, in as many axes as they need.
        bias: float64 vector that is added before the norm.
        norm: `NormParameters`.
        scale_bits: width of the multiplier's exponent code.

    Returns:
        kernel, `NormParameters` that include the bias, and the multipliers m.

    Example:

    >>> layer = keras.layers.BatchNormalization(epsilon=0.0)
    >>> norm = NormParameters(layer, *np.array([[3.0], [0.5], [1.0], [4.0]]))
    >>> kernel, folded, multiplier = fold_remainder(np.ones((2, 1)), np.zeros(1), norm, 4)
    >>> multiplier, kernel.ravel(), folded.mean
    (array([2.]), array([0.75, 0.75]), array([0.75]))
    """
    target = norm.multiplier
    magnitude = np.abs(target).astype(np.float32)
    exponents = keras.ops.convert_to_numpy(nearest_exponent(magnitude)).astype(np.int64)
    exponents = np.clip(exponents, -60, 60)
    exponents = np.maximum(exponents, exponents.max() - (2**scale_bits - 1))
    multiplier = np.copysign(np.ldexp(1.0, exponents), target)
    ratio = target / multiplier
    channels = kernel.shape[-1]
    # A depthwise kernel numbers its channels with two axes.
    per_channel = ratio.reshape(-1, channels) if ratio.size != channels else ratio
    folded = dataclasses.replace(
        norm, mean=(norm.mean - bias) * ratio, variance=norm.variance * ratio**2
    )
    return kernel * per_channel, folded, multiplier
