"""Cross-layer equalization: every channel of an activation fills the range that all share."""

import collections
import dataclasses
from typing import Any

import numpy as np
from keras import ops

from pikelpn_keras import layers
from pikelpn_keras.layers.freezable import RangeLayer
from pikelpn_keras.layers.kernels import DepthwiseLayer
from pikelpn_keras.quantize.reference import reference
from pikelpn_keras.quantize.replay import replay

# A channel may grow to this much beyond what it reaches in the calibration data before it is cut.
MARGIN = 1.5
# No channel is scaled up further; one that is all but dead would fill the range with noise.
LARGEST_GAIN = 64.0
# `f(s * x) == s * f(x)` for s > 0, so a factor passes them.
_ACTIVATIONS = (layers.QuantReLU, layers.QuantIdentity)
_CHANNELWISE = (
    layers.QuantAveragePooling2D,
    layers.QuantCropping2D,
    layers.QuantDropout,
    layers.QuantGlobalAveragePooling2D,
    layers.QuantGlobalMaxPooling2D,
    layers.QuantMaxPooling2D,
    layers.QuantUpSampling2D,
    layers.QuantZeroPadding2D,
)
_SCALABLE = (layers.QuantConv1D, layers.QuantConv2D, layers.QuantDense, DepthwiseLayer)


def equalize(made, given, outputs):
    """Scales channels between kernels up to the range that their tensor has.

    A kernel's output channel times s and the next kernel's input channel divided by s leave the
    function as it is, since ReLUs and poolings pass positive factors on. So a channel that would
    use a tenth of the tensor's integers uses most of them (M. Nagel et al., "Data-Free Quantization
    Through Weight Equalization and Bias Correction", 2019; here factors follow the activations that
    the calibration data give). Behind a depthwise kernel factors are free, because each of its
    channels has a scale of its own; before other kernels, which mix channels, a channel takes the
    root of its factor, or its weights would become too small beside the others'.

    A ReLU6 ends at one number for all channels. Each channel is scaled such that it is cut there at
    1.5 times what it reaches at most, or at 6 where that is less; the end moves to the last integer
    of the grid, where a device clamps anyway. Pictures unlike the calibration data can be cut
    earlier than in the float model: this is the loss.

    Kernels without a `LayerConfig` of their own and frozen activations are left alone.

    Args:
        made: list of `Made`, in order; kernels, norms and ends of ReLUs change.
        given: the calibration data, by `id` of the tensor.
        outputs: the model's output tensors.
    """
    pairs = _pairs(made, outputs)

    def compute(call, values):
        if isinstance(call.layer, layers.QuantInput):
            return call.layer(values[0])
        value = reference(call.layer, values)
        pair = pairs.get(id(call))
        if pair is None:
            return value
        gains = _gains(pair, value)
        _apply(gains, pair)
        return value * gains.astype("float32")

    replay(made, given, compute)


@dataclasses.dataclass(frozen=True, eq=False)
class _Pair:
    """Two kernels and what stands between them; all are `Made`, the norm may be None."""

    kernel: Any
    norm: Any
    activation: Any
    reader: Any


def _pairs(made, outputs):
    """The `_Pair` of each activation whose channels can be scaled, by `id` of its call."""
    makers = {id(call.output): call for call in made}
    calls = collections.Counter(id(call.layer) for call in made)
    readers = collections.defaultdict(list)
    for call in made:
        for tensor in call.inputs:
            readers[id(tensor)].append(call)
    ends = {id(tensor) for tensor in outputs}

    def behind(call):
        """The one call that reads what `call` makes; None where there are others."""
        found = readers[id(call.output)]
        alone = len(found) == 1 and calls[id(call.layer)] == 1 and id(call.output) not in ends
        return found[0] if alone and not _held(call.layer) else None

    def pair(activation):
        norm, kernel = None, makers.get(id(activation.inputs[0]))
        if kernel is not None and isinstance(kernel.layer, layers.QuantNorm):
            norm, kernel = kernel, makers[id(kernel.inputs[0])]
        if kernel is None or behind(kernel) not in (norm, activation):
            return None
        reader = behind(norm) and behind(activation) if norm else behind(activation)
        while reader is not None and isinstance(reader.layer, _CHANNELWISE):
            reader = behind(reader)
        if reader is None or calls[id(reader.layer)] > 1:
            return None
        scalable = all(isinstance(end.layer, _SCALABLE) and end.choice for end in (kernel, reader))
        return _Pair(kernel, norm, activation, reader) if scalable else None

    activations = [call for call in made if isinstance(call.layer, _ACTIVATIONS)]
    found = {id(call): pair(call) for call in activations}
    return {key: value for key, value in found.items() if value is not None}


def _held(layer):
    """Whether a layer's grid stays where it is, so that no factor may pass."""
    return isinstance(layer, RangeLayer) and layer.frozen


def _gains(pair, value):
    """The factor of each channel, for the values that it takes; sets where a bounded ReLU ends."""
    activation = pair.activation.layer
    reached = np.max(np.abs(ops.convert_to_numpy(value)), axis=tuple(range(len(value.shape) - 1)))
    # Beyond this no channel counts: the bound of the ReLU, or more than any channel reaches.
    most = max(float(reached.max()) * MARGIN, 1e-30)
    end = most
    if getattr(activation, "max_value", None) is not None:
        most = min(most, activation.max_value)
        activation.max_value = end = _last_value(most, activation.bits)
    common = end / most
    limits = np.clip(reached * MARGIN, 1e-30, most)
    gains = np.where(reached > 0, np.minimum(end / limits, LARGEST_GAIN * common), common)
    if isinstance(pair.reader.layer, DepthwiseLayer):
        return gains
    return np.sqrt(gains * common)


def _last_value(bound, bits):
    """The largest value of the unsigned grid of `bits` bits that reaches `bound` just so."""
    high = 2**bits - 1
    return float(high * 2.0 ** np.ceil(np.log2(bound / high)))


def _apply(gains, pair):
    kernel, rows = pair.kernel.layer, pair.reader.layer.kernel
    tail = kernel.kernel.shape[-len(kernel.channel_axes) :]
    kernel.kernel.assign(kernel.kernel * gains.reshape(tail).astype("float32"))
    rows.assign(rows / gains[:, None].astype("float32"))
    vectors = [(kernel.bias, gains)] if kernel.use_bias else []
    if pair.norm is not None:
        norm = pair.norm.layer
        vectors += [(vector, gains) for vector in (norm.gamma, norm.beta, norm.moving_mean)]
        vectors.append((norm.moving_variance, gains**2))
    for vector, factors in vectors:
        vector.assign(vector * factors.astype("float32"))
