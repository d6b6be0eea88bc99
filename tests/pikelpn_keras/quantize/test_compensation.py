"""Compensated rounding: outputs are less off than by rounding each weight to the nearest."""

import keras
import numpy as np
import pytest

import pikelpn_keras as pk
from pikelpn_keras import quantizers
from pikelpn_keras.quantize import compensation
from pikelpn_keras.quantize.compensation import compensate
from pikelpn_keras.quantize.reference import reference
from pikelpn_keras.quantize.scales import hold_exponents

LAYERS = {
    "convolution": (lambda q: pk.layers.QuantConv2D(6, 3, kernel_quantizer=q), (8, 8, 5)),
    "strided": (
        lambda q: pk.layers.QuantConv2D(
            6, 3, strides=2, padding="same", dilation_rate=1, kernel_quantizer=q
        ),
        (9, 9, 4),
    ),
    "depthwise": (
        lambda q: pk.layers.QuantDepthwiseConv2D(3, depth_multiplier=2, depthwise_quantizer=q),
        (8, 8, 5),
    ),
    "dense": (lambda q: pk.layers.QuantDense(6, kernel_quantizer=q), (20,)),
    "depthwise1d": (
        lambda q: pk.layers.QuantDepthwiseConv1D(5, padding="same", depthwise_quantizer=q),
        (24, 4),
    ),
    "convolution1d": (
        lambda q: pk.layers.QuantConv1D(6, 3, padding="causal", kernel_quantizer=q),
        (24, 4),
    ),
}


def correlated(shape, images=64):
    """Integers of neighbouring channels and pixels that move together, as those of pictures do."""
    random = np.random.default_rng(0)
    mixed = random.normal(size=(images, *shape)) + 3 * random.normal(
        size=(images, *[1] * len(shape))
    )
    return np.clip(np.round(128 + 25 * mixed), 0, 255).astype("uint8")


def built(name, quantizer):
    make, shape = LAYERS[name]
    layer = make(quantizer)
    grid = pk.layers.QuantInput()(correlated(shape))
    layer(grid)
    layer.kernel.assign(np.random.default_rng(1).normal(size=layer.kernel.shape))
    return layer, grid


def spread_of_error(layer, grid, wanted):
    """Standard deviation of the outputs' errors: a bias makes up for their means."""
    error = np.asarray(layer(grid)) - np.asarray(wanted)
    return np.std(error, axis=tuple(range(error.ndim - 1))).mean()


@pytest.mark.parametrize("quantizer", ["uniform4", "power_of_two6"])
@pytest.mark.parametrize("name", LAYERS)
def test_outputs_are_less_off(name, quantizer):
    layer, grid = built(name, quantizer)
    wanted = reference(layer, [grid])
    hold_exponents(layer, "mse")
    nearest = spread_of_error(layer, grid, wanted)
    compensate(layer, grid)
    assert spread_of_error(layer, grid, wanted) < 0.85 * nearest


@pytest.mark.parametrize("name", LAYERS)
def test_the_quantizer_leaves_the_rounded_kernel_as_it_is(name):
    layer, grid = built(name, "uniform4")
    hold_exponents(layer, "mse")
    compensate(layer, grid)
    values, _ = layer.quantizer(layer.kernel, layer.channel_axes)
    assert np.array_equal(values, layer.kernel)


@pytest.mark.parametrize("name", ["convolution", "depthwise"])
def test_blocks_change_nothing(name, monkeypatch):
    kernels = []
    for block in (7, 1000):
        monkeypatch.setattr(compensation, "BLOCK", block)
        layer, grid = built(name, "uniform4")
        hold_exponents(layer, "mse")
        compensate(layer, grid)
        kernels.append(np.array(layer.kernel))
    assert np.array_equal(*kernels)


def test_inputs_that_move_alone_get_the_nearest_weights():
    layer = pk.layers.QuantDense(6, kernel_quantizer="uniform4")
    # Orthogonal inputs: no weight can take up another's error.
    grid = pk.layers.QuantInput()((255 * np.eye(16)).astype("uint8"))
    layer(grid)
    layer.kernel.assign(np.random.default_rng(0).normal(size=(16, 6)))
    hold_exponents(layer, "mse")
    integers, _ = layer.quantizer.quantize(layer.kernel)
    inputs = np.concatenate([np.asarray(grid), -np.asarray(grid)])
    compensate(layer, inputs)
    assert np.array_equal(layer.quantizer.quantize(layer.kernel)[0], integers)


def test_one_exponent_for_all_channels():
    layer, grid = built("dense", quantizers.UniformQuantizer(4, per_channel=False))
    wanted = reference(layer, [grid])
    hold_exponents(layer, "mse")
    nearest = spread_of_error(layer, grid, wanted)
    compensate(layer, grid)
    assert spread_of_error(layer, grid, wanted) < 0.85 * nearest


def test_transposed_convolutions_stay():
    layer = pk.layers.QuantConv2DTranspose(3, 2, strides=2)
    grid = pk.layers.QuantInput()(correlated((4, 4, 3)))
    layer(grid)
    kernel = np.array(layer.kernel)
    compensate(layer, grid)
    assert np.array_equal(layer.kernel, kernel)


def test_inputs_that_never_move():
    layer, grid = built("convolution", "uniform4")
    hold_exponents(layer, "mse")
    compensate(layer, keras.ops.zeros_like(grid))
    assert np.all(np.isfinite(layer.kernel))


@pytest.mark.parametrize("name", ["convolution", "depthwise"])
def test_pruned_weights_stay_zero(name):
    layer, grid = built(name, "uniform4")
    kept = np.random.default_rng(2).integers(0, 2, layer.kernel.shape)
    layer.kernel.assign(layer.kernel * kept)
    hold_exponents(layer, "mse")
    compensate(layer, grid)
    assert np.all(np.array(layer.kernel)[kept == 0] == 0)
