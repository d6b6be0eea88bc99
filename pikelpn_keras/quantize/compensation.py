"""Rounding of weights in which each takes up the errors of those before it."""

import functools

import numpy as np
from keras import ops

from pikelpn_keras import layers
from pikelpn_keras.layers.kernels import ConvolutionLayer, DepthwiseLayer
from pikelpn_keras.layers.rows import RowLayer, row_lead

SAMPLES = 2**15
# Weights behind so many take up their errors together, in one matrix product: a kernel of 4608 taps
# and 512 outputs is rounded in 22 s of processor time, one after the other in 38 s.
BLOCK = 64
# Of the mean variance of an input; without it rare inputs would take up all errors.
DAMPING = 0.01


def compensate(layer, inputs):
    """Rounds a layer's kernel so that its *outputs* are least off, not its weights.

    Weights are rounded one input after the other, to the nearest as always; the weights not yet
    rounded then move such that the outputs on the calibration data change least. This is the
    greedy solution of a least-squares problem by a Cholesky factor of the inputs' covariance
    (E. Frantar et al., "GPTQ: Accurate Post-Training Quantization for Generative Pre-trained
    Transformers", 2022). Means do not count: a bias makes up for them. Weights that are 0 stay 0,
    so that pruned kernels stay sparse.

    Args:
        layer: a quantized layer with a kernel whose quantizer holds its exponents. Its kernel
            becomes integers times powers of two, which the quantizer leaves as they are. A
            transposed convolution stays as it is.
        inputs: what the layer reads of the calibration data, a tensor.
    """
    patches = _patches(layer, ops.convert_to_numpy(inputs))
    if patches is None:
        return
    kernel = ops.convert_to_numpy(layer.kernel).astype(np.float64)
    exponents = ops.convert_to_numpy(layer.quantizer.exponents(kernel, layer.channel_axes))
    groups, outputs = len(patches), kernel.shape[-1]
    # A depthwise kernel is a group for each input channel, any other kernel is one.
    weights = kernel.reshape(-1, groups, outputs).swapaxes(0, 1)
    exponents = np.broadcast_to(
        exponents.reshape(groups if exponents.size > outputs else 1, -1), (groups, outputs)
    ).astype(np.int32)
    rounded = _round_in_turn(weights, _covariance(patches), exponents, layer.quantizer)
    layer.kernel.assign(rounded.swapaxes(0, 1).reshape(kernel.shape).astype(np.float32))


def _covariance(patches):
    """`(groups, taps, taps)` of samples `(groups, samples, taps)`, damped."""
    centred = patches - patches.mean(axis=1, keepdims=True)
    covariance = np.matmul(centred.transpose(0, 2, 1), centred) / patches.shape[1]
    taps = covariance.shape[-1]
    variance = np.trace(covariance, axis1=1, axis2=2) / taps
    damping = DAMPING * variance + np.finfo(np.float32).tiny
    return covariance.astype(np.float64) + damping[:, None, None] * np.eye(taps)


def _round_in_turn(weights, covariance, exponents, quantizer):
    """The rounded weights.

    Args:
        weights: `(groups, taps, outputs)`.
        covariance: `(groups, taps, taps)`.
        exponents: int32 `(groups, outputs)`.
        quantizer: a `Quantizer`.
    """
    # Inputs that vary most first: the others can take up their errors at little cost.
    order = np.argsort(-np.diagonal(covariance, axis1=1, axis2=2), axis=1)
    left = np.take_along_axis(weights, order[:, :, None], axis=1)
    zero = left == 0
    covariance = np.take_along_axis(covariance, order[:, :, None], axis=1)
    covariance = np.take_along_axis(covariance, order[:, None, :], axis=2)
    factor = np.linalg.cholesky(np.linalg.inv(covariance)).transpose(0, 2, 1)
    for start in range(0, left.shape[1], BLOCK):
        stop = min(start + BLOCK, left.shape[1])
        errors = np.empty_like(left[:, start:stop])
        for tap in range(start, stop):
            wanted = np.where(zero[:, tap], 0, left[:, tap]).astype(np.float32)
            integers = ops.convert_to_numpy(quantizer.to_int(wanted, exponents))
            rounded = np.ldexp(integers.astype(np.float64), exponents)
            error = (left[:, tap] - rounded) / factor[:, tap, tap, None]
            left[:, tap] = rounded
            left[:, tap + 1 : stop] -= factor[:, tap, tap + 1 : stop, None] * error[:, None]
            errors[:, tap - start] = error
        left[:, stop:] -= np.matmul(factor[:, start:stop, stop:].transpose(0, 2, 1), errors)
    back = np.argsort(order, axis=1)
    return np.take_along_axis(left, back[:, :, None], axis=1)


@functools.singledispatch
def _patches(layer, inputs):
    """What each output is the product of, for random positions: `(groups, samples, taps)`."""
    return None


@_patches.register
def _(layer: layers.QuantDense, inputs):
    return inputs[None]


@_patches.register
def _(layer: ConvolutionLayer, inputs):
    taps = _sampled_taps(layer, inputs)
    return taps.reshape(1, len(taps), -1)


@_patches.register
def _(layer: DepthwiseLayer, inputs):
    return _sampled_taps(layer, inputs).transpose(2, 0, 1)


def _sampled_taps(layer, inputs):
    """Inputs that the taps meet at random positions, `(samples, taps, channels)`."""
    if isinstance(layer, RowLayer):
        inputs = np.pad(inputs, ((0, 0), (row_lead(layer), 0), (0, 0)))[:, None]
    window = layer.geometry()["window"]
    height, width = window.output_size(inputs.shape[1:3])
    positions = len(inputs) * height * width
    chosen = np.random.default_rng(0).choice(positions, min(SAMPLES, positions), replace=False)
    where = np.unravel_index(chosen, (len(inputs), height, width))
    return np.stack([view[where] for _, _, view in window.taps(inputs)], axis=1)
