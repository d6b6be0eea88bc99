"""Ranges of activations, and means shifted by quantization, put right layer by layer."""

import numpy as np
from keras import ops

from pikelpn_keras.grids import grid_of
from pikelpn_keras.layers import QuantInput, QuantNorm
from pikelpn_keras.layers.freezable import RangeLayer
from pikelpn_keras.layers.kernels import KernelLayer
from pikelpn_keras.quantize.reference import reference

# Octaves about the exponent that the largest value asks for.
EXPONENT_OFFSETS = (1, 0, -1, -2, -3)
# Without data, a normalised channel is taken to reach this many deviations from its mean.
DEVIATIONS = 4.0
NOISE_IMAGES = 16


def calibrate(made, inputs, data):
    """Sets the exponents of a converted model; with data, corrects means and biases too.

    Two streams run through the layers: the quantized one, and one that leaves rounding and clipping
    out. A layer's exponent is the one for which the first differs least from the second, in the
    mean square; then the mean of a norm, or the bias of a kernel without one, takes up the
    difference of the streams' means in each channel.

    Args:
        made: list of `Made`, in order.
        inputs: the model's `keras.Input` tensors.
        data: an array or a list of arrays, one for each input; None for none.

    Raises:
        ValueError: if the data do not fit the inputs.
    """
    correct = _with_data if data is not None else _with_statistics
    arrays = _noise(made, inputs) if data is None else _checked(data, inputs)
    streams = {id(t): (a, a) for t, a in zip(inputs, arrays, strict=True)}
    last_reader = {id(tensor): n for n, call in enumerate(made) for tensor in call.inputs}
    seen = set()
    for number, call in enumerate(made):
        pairs = [streams[id(tensor)] for tensor in call.inputs]
        quantized, exact = ([pair[side] for pair in pairs] for side in (0, 1))
        is_input = isinstance(call.layer, QuantInput)
        # Before a correction changes what the layer means.
        wanted = _call(call.layer, quantized) if is_input else reference(call.layer, exact)
        if id(call.layer) not in seen:
            seen.add(id(call.layer))
            correct(call, quantized, exact, made)
        streams[id(call.output)] = _call(call.layer, quantized), wanted
        for tensor in call.inputs:
            if last_reader[id(tensor)] == number:
                streams.pop(id(tensor), None)


def _with_data(call, quantized, exact, made):
    layer = call.layer
    if isinstance(layer, RangeLayer) and not layer.frozen:
        _fit_exponent(layer, quantized)
    elif isinstance(layer, QuantNorm):
        layer.moving_mean.assign_add(_mean_difference(quantized[0], exact[0]))
    elif isinstance(layer, KernelLayer) and layer.use_bias:
        outputs = _call(layer, quantized)
        layer.bias.assign_sub(_mean_difference(outputs, reference(layer, exact)))


def _with_statistics(call, quantized, exact, made):
    layer = call.layer
    if not isinstance(layer, RangeLayer) or layer.frozen:
        return
    _call(layer, quantized, training=True)
    maker = next((m.layer for m in made if m.output is call.inputs[0]), None)
    if len(call.inputs) == 1 and isinstance(maker, QuantNorm):
        reach = ops.max(ops.abs(maker.beta) + DEVIATIONS * ops.abs(maker.gamma))
        high = grid_of(_call(layer, quantized), layer).high + 1
        layer.set_exponent(int(np.ceil(np.log2(float(reach) / high + 1e-30) - 0.5)))


def _fit_exponent(layer, quantized):
    """Gives `layer` the exponent of least squared error."""
    _call(layer, quantized, training=True)
    middle, wanted = layer.exponent, reference(layer, quantized)
    errors = []
    for offset in EXPONENT_OFFSETS:
        layer.set_exponent(middle + offset)
        errors.append(float(ops.mean(ops.square(_call(layer, quantized) - wanted))))
    layer.set_exponent(middle + EXPONENT_OFFSETS[int(np.argmin(errors))])


def _call(layer, tensors, **arguments):
    return layer(tensors if len(tensors) > 1 else tensors[0], **arguments)


def _mean_difference(quantized, exact):
    axes = tuple(range(len(quantized.shape) - 1))
    return ops.mean(quantized - exact, axis=axes)


def _checked(data, inputs):
    arrays = [np.asarray(a) for a in (data if isinstance(data, list | tuple) else [data])]
    shapes = [tuple(t.shape[1:]) for t in inputs]
    if [a.shape[1:] for a in arrays] != shapes or not all(map(len, arrays)):
        raise ValueError(
            f"calibration_data of shapes {[a.shape for a in arrays]} do not fit the inputs; pass "
            f"arrays (images, *shape) with shapes {shapes}"
        )
    return arrays


def _noise(made, inputs):
    """Uniform noise over the grid of each input."""
    grids = {id(m.inputs[0]): m.layer.grid for m in made if isinstance(m.layer, QuantInput)}
    random = np.random.default_rng(0)
    return [
        random.integers(grid.low, grid.high + 1, (NOISE_IMAGES, *tensor.shape[1:]))
        for tensor, grid in ((t, grids[id(t)]) for t in inputs)
    ]
