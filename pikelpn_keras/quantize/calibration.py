"""Ranges of activations, and means shifted by quantization, put right layer by layer."""

import numpy as np
from keras import ops

from pikelpn_keras.arrays import as_arrays
from pikelpn_keras.grids import grid_of
from pikelpn_keras.layers import QuantInput, QuantNorm
from pikelpn_keras.layers.freezable import RangeLayer
from pikelpn_keras.layers.kernels import KernelLayer
from pikelpn_keras.quantize.compensation import compensate
from pikelpn_keras.quantize.equalization import equalize
from pikelpn_keras.quantize.reference import reference
from pikelpn_keras.quantize.replay import replay
from pikelpn_keras.quantize.scales import hold_exponents

# Octaves about the exponent that the largest value asks for.
EXPONENT_OFFSETS = (1, 0, -1, -2, -3)
# Without data, a normalised channel is taken to reach this many deviations from its mean.
DEVIATIONS = 4.0
NOISE_IMAGES = 16
# Floats this many times beyond the input's range were meant as integers.
FARTHEST = 2.0


def calibrate(made, inputs, outputs, data):
    """Sets the exponents of a converted model; with data, corrects means and biases too.

    With data, channels are equalized first. Then two streams run through the layers: the quantized
    one, and one that leaves rounding and clipping out. Kernels are rounded for what they read in
    the first. An activation's exponent is the one for which its output differs least from its input
    in the mean square; then the mean of a norm, or the bias of a kernel without one, takes up the
    difference of the streams' means in each channel.

    Args:
        made: list of `Made`, in order.
        inputs: the model's `keras.Input` tensors.
        outputs: the model's output tensors.
        data: an array or a list of arrays, one for each input; None for none.

    Raises:
        ValueError: if the data do not fit the inputs, or hold what is not finite.
    """
    correct = _with_data if data is not None else _with_statistics
    grids = {id(m.inputs[0]): m.layer.grid for m in made if isinstance(m.layer, QuantInput)}
    arrays = _noise(inputs, grids) if data is None else _checked(data, inputs, grids)
    given = {id(t): a for t, a in zip(inputs, arrays, strict=True)}
    if data is not None:
        equalize(made, given, outputs)
    seen = set()

    def compute(call, pairs):
        quantized, exact = ([pair[side] for pair in pairs] for side in (0, 1))
        is_input = isinstance(call.layer, QuantInput)
        # Before a correction changes what the layer means.
        wanted = _call(call.layer, quantized) if is_input else reference(call.layer, exact)
        if id(call.layer) not in seen:
            seen.add(id(call.layer))
            if call.choice is not None:
                hold_exponents(call.layer, call.choice.weight_loss)
            correct(call, quantized, exact, made)
        return _call(call.layer, quantized), wanted

    replay(made, {key: (array, array) for key, array in given.items()}, compute)


def _with_data(call, quantized, exact, made):
    layer = call.layer
    if isinstance(layer, RangeLayer) and not layer.frozen:
        _fit_exponent(layer, quantized)
    elif isinstance(layer, QuantNorm):
        layer.moving_mean.assign_add(_mean_difference(quantized[0], exact[0]))
    elif isinstance(layer, KernelLayer):
        wanted = reference(layer, exact) if layer.use_bias else None
        # Layers that a conversion made by itself have no choice: their kernels stay as they are.
        compensated = call.choice is not None and call.choice.weight_rounding == "compensated"
        if layer.quantizer.held_exponents and compensated:
            compensate(layer, quantized[0])
        if layer.use_bias:
            layer.bias.assign_sub(_mean_difference(_call(layer, quantized), wanted))


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


def _checked(data, inputs, grids):
    arrays = as_arrays("calibration_data", data)
    shapes = [tuple(t.shape[1:]) for t in inputs]
    if [a.shape[1:] for a in arrays] != shapes or not all(map(len, arrays)):
        raise ValueError(
            f"calibration_data of shapes {[a.shape for a in arrays]} do not fit the inputs; pass "
            f"arrays (images, *shape) with shapes {shapes}"
        )
    for tensor, array in zip(inputs, arrays, strict=True):
        _refuse_values(tensor, array, grids[id(tensor)])
    return arrays


def _refuse_values(tensor, array, grid):
    """Refuses calibration data that an input cannot hold."""
    name = tensor._keras_history.operation.name
    if not np.all(np.isfinite(array)):
        raise ValueError(f"calibration_data for input '{name}' hold NaN or infinite values")
    if array.dtype.kind != "f":
        grid.integers(array)
        return
    reach = (grid.high + 1) * 2.0**grid.exponent
    largest = np.abs(array).max()
    if largest > FARTHEST * reach:
        raise ValueError(
            f"calibration_data for input '{name}' are floats up to {largest:.3g}, and its grid "
            f"ends at {reach:.3g}; pass integers, such as raw uint8 pixels, or set the "
            "configuration's input"
        )


def _noise(inputs, grids):
    """Uniform noise over the grid of each input."""
    random = np.random.default_rng(0)
    return [
        random.integers(grid.low, grid.high + 1, (NOISE_IMAGES, *tensor.shape[1:]))
        for tensor, grid in ((t, grids[id(t)]) for t in inputs)
    ]
