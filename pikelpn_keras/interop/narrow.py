"""Kernels of few integers whose output only a sign reads: kept as they are, threshold included."""

import dataclasses

import numpy as np

from pikelpn_keras import layers
from pikelpn_keras.layers.freezable import RangeLayer
from pikelpn_keras.layers.movement import MovementLayer
from pikelpn_keras.quantizers import BinaryQuantizer, TernaryQuantizer, UniformQuantizer
from pikelpn_keras.rounding import nearest_exponent

LARGEST_INTEGER = 63
TOLERANCE = 1e-5
# Thresholds lie a quarter of a unit off the integers, far from where floats round either way.
QUARTER = 0.25
NORM_OCTAVES = 15


def narrow_product(product, builder):
    """The tensor of a `Product` that a sign reads, exact where its kernel is one of few integers.

    The sign of `gamma (a z + bias - mean) / deviation + beta`, with z a sum of integers and a > 0
    the kernel's scale, is that of `z + b` or its opposite. So neither a nor the size of gamma
    matters: the integers stay as they are, and only b is rounded, to the side that moves no sign.

    Args:
        product: the `Product`.
        builder: the `Builder`.

    Returns:
        a KerasTensor, an accumulator.
    """
    found = integer_kernel(product.kernel, len(product.kind.channel_axes))
    if found is None:
        return builder.accumulator(product)
    integers, scale = found
    use_bias = product.norm is None and bool(np.any(product.bias))
    layer = product.kind.layer_class(
        **product.arguments,
        use_bias=use_bias,
        name=builder.unique(product.name),
        trainable=product.layer.trainable,
        **{product.kind.layer_class.quantizer_argument: quantizer_of(integers)},
    )
    tensor = builder.add(layer, product.source)
    layer.kernel.assign(integers.astype(np.float32))
    threshold = _Threshold.of(settled_grid(product.source), integers.reshape(-1, scale.size))
    if product.norm is not None:
        norm = _norm_layer(product.norm, builder)
        tensor = builder.add(norm, tensor)
        _assign_norm(norm, product, scale, threshold)
    elif use_bias:
        layer.bias.assign(threshold.settle(product.bias / scale, False).astype(np.float32))
    return tensor


def settled_grid(tensor):
    """The `Grid` of a KerasTensor, or None where it is to follow the data."""
    operation = tensor._keras_history.operation
    while isinstance(operation, MovementLayer | layers.QuantDropout):
        operation = operation._inbound_nodes[0].input_tensors[0]._keras_history.operation
    follows = isinstance(operation, RangeLayer) and not operation.frozen
    return None if follows else getattr(operation, "grid", None)


def integer_kernel(kernel, channel_axes):
    """A kernel as small integers and a scale for each output channel.

    Args:
        kernel: float array, output channels on the last axes.
        channel_axes: how many axes number output channels.

    Returns:
        float64 integers of the shape of `kernel`, up to 63, and float64 scales `(channels,)`; None
        where a channel is no multiple of so small integers.

    Example:

    >>> integers, scales = integer_kernel(np.array([[0.2, 1.5], [-0.2, 0.5], [0.0, -1.0]]), 1)
    >>> integers.tolist(), scales.tolist()
    ([[1.0, 3.0], [-1.0, 1.0], [0.0, -2.0]], [0.2, 0.5])
    """
    channels = int(np.prod(kernel.shape[-channel_axes:]))
    columns = np.asarray(kernel, np.float64).reshape(-1, channels)
    largest = np.abs(columns).max(axis=0)
    unit = np.where(largest > 0, columns / np.where(largest > 0, largest, 1), 0)
    steps = np.zeros(channels)
    for count in range(1, LARGEST_INTEGER + 1):
        off = np.abs(unit * count - np.rint(unit * count)).max(axis=0)
        steps = np.where((steps == 0) & (off < TOLERANCE * count), count, steps)
    if not steps.all():
        return None
    scales = np.where(largest > 0, largest, 1) / steps
    return np.rint(unit * steps).reshape(kernel.shape), scales


def quantizer_of(integers):
    """The narrowest quantizer that keeps a kernel of integers as it is.

    Example:

    >>> quantizer_of(np.array([[1.0], [-1.0]]))
    BinaryQuantizer(per_channel=False, scale_bits=0, exponents held)
    """
    largest = int(np.abs(integers).max(initial=0))
    if largest > 1:
        quantizer = UniformQuantizer(largest.bit_length() + 1, per_channel=False, scale_bits=0)
    else:
        kind = BinaryQuantizer if np.all(integers) else TernaryQuantizer
        quantizer = kind(per_channel=False, scale_bits=0)
    return quantizer.holding([0])


def _norm_layer(norm, builder):
    layer = norm.layer
    return layers.QuantNorm(
        momentum=layer.momentum,
        epsilon=layer.epsilon,
        name=builder.unique(layer.name),
        trainable=layer.trainable,
    )


def _assign_norm(made, product, scale, threshold):
    """The parameters of a QuantNorm whose output has the sign of the float norm's."""
    norm = product.norm
    target = norm.multiplier * scale
    size = np.maximum(np.abs(target), np.finfo(np.float32).tiny)
    mean = ((norm.mean - product.bias) / scale).astype(np.float32)
    negative = target < 0
    shift = norm.beta / np.copysign(size, target)
    offset = threshold.settle(shift - mean, negative)
    exponents = np.asarray(nearest_exponent(size.astype(np.float32))).astype(np.int64)
    top = min(exponents.max(), 60)
    exponents = np.clip(exponents, top - NORM_OCTAVES, top)
    multiplier = np.where(negative, -1, 1) * np.ldexp(1.0, exponents)
    made.gamma.assign(norm.gamma.astype(np.float32))
    made.beta.assign(((offset + mean) * multiplier).astype(np.float32))
    made.moving_mean.assign(mean)
    made.moving_variance.assign((norm.variance / scale**2).astype(np.float32))
    made.set_multiplier(multiplier.astype(np.float32))
    made.trust_statistics()


@dataclasses.dataclass(frozen=True)
class _Threshold:
    """Where offsets of accumulators are moved to.

    Attributes:
        unit: value of one accumulator unit; None where it is not known yet, its integers then being
            fine beside a threshold.
        reach: bound of the sums in units, an array with an entry for each channel.
    """

    unit: float | None
    reach: np.ndarray

    @classmethod
    def of(cls, grid, integers):
        """The thresholds of sums over a matrix of integers, inputs being on `grid`."""
        if grid is None:
            return cls(None, np.inf)
        reach = np.abs(integers).sum(axis=0) * grid.magnitude + 1.0
        return cls(2.0**grid.exponent, reach)

    def settle(self, offset, negative):
        """`offset` moved to where rounding leaves the sign of every `z + offset` as it is.

        Args:
            offset: float64 vector.
            negative: where the sign that counts is that of `-(z + offset)`.
        """
        if self.unit is None:
            return offset
        units = np.clip(offset / self.unit, -self.reach, self.reach)
        settled = np.where(negative, np.ceil(units) - QUARTER, np.floor(units) + QUARTER)
        return settled * self.unit
