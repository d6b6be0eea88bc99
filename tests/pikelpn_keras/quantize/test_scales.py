import numpy as np
import pytest
from keras import ops

from pikelpn_keras import quantizers
from pikelpn_keras.quantize.scales import (
    angle_and_length_error,
    choose_exponents,
    squared_error,
)

NAMES = ("uniform2", "uniform4", "uniform7", "power_of_two6", "binary", "ternary")


def kernel(shape=(3, 3, 8, 16), seed=0):
    random = np.random.default_rng(seed)
    return (random.standard_t(3, shape) * random.uniform(0.05, 1, shape[-1])).astype("float32")


def loss_of(quantizer, weights, loss):
    integers, exponents = map(ops.convert_to_numpy, quantizer.quantize(weights))
    return loss(weights, np.ldexp(integers.astype(float), exponents), (0, 1, 2))


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    ("loss", "function"), [("mse", squared_error), ("angle_length", angle_and_length_error)]
)
def test_no_channel_is_worse_than_by_the_largest_weight(name, loss, function):
    quantizer, weights = quantizers.get(name), kernel()
    held = quantizer.holding(choose_exponents(weights, quantizer, loss=loss))
    chosen, natural = loss_of(held, weights, function), loss_of(quantizer, weights, function)
    assert np.all(chosen <= natural + 1e-9)
    if name.startswith("uniform"):
        assert chosen.mean() < natural.mean()


def test_one_exponent_for_a_layer_without_channels():
    quantizer = quantizers.UniformQuantizer(4, per_channel=False)
    assert choose_exponents(kernel(), quantizer).shape == (1,)


def test_depthwise_channels():
    quantizer = quantizers.UniformQuantizer(4)
    assert choose_exponents(kernel((3, 3, 8, 2)), quantizer, (-2, -1)).shape == (16,)


def test_unknown_loss():
    with pytest.raises(ValueError, match="mse, angle_length, not 'max'"):
        choose_exponents(kernel(), quantizers.UniformQuantizer(4), loss="max")


def test_held_exponents_stay_and_are_saved():
    weights = kernel()
    held = quantizers.UniformQuantizer(4).holding(range(-10, 6))
    assert np.array_equal(ops.convert_to_numpy(held.exponents(weights)).ravel(), range(-10, 6))
    again = quantizers.get(quantizers.serialize(held))
    assert again == held and hash(again) == hash(held)
    assert held != quantizers.UniformQuantizer(4)
    assert "held" not in str(held.settings)


def test_held_exponents_too_far_apart():
    with pytest.raises(ValueError, match="do not fit offsets of 4 bits"):
        quantizers.UniformQuantizer(4).holding([0, 16])
