import math

import numpy as np
import pytest
from keras import ops

from pikelpn_keras import rounding
from pikelpn_keras.integer.rounding import shift_half_up


def numpy(x):
    return ops.convert_to_numpy(x)


def test_powers_of_two_are_exact_over_the_whole_range():
    exponents = np.arange(-126, 128)
    assert np.array_equal(
        numpy(rounding.power_of_two(ops.array(exponents))), np.ldexp(np.float32(1), exponents)
    )
    assert np.array_equal(
        numpy(rounding.power_of_two(ops.array(exponents.astype("float32")))),
        np.ldexp(np.float32(1), exponents),
    )


def test_nearest_exponent_at_powers_midpoints_and_their_neighbours():
    exponents = np.arange(-120, 121)
    powers = np.ldexp(np.float32(1), exponents)
    middles = powers * np.float32(math.sqrt(2))
    for x, expected in (
        (powers, exponents),
        (np.nextafter(powers, np.float32(0)), exponents),
        (middles, exponents),
        (np.nextafter(middles, np.float32(np.inf)), exponents + 1),
    ):
        assert np.array_equal(numpy(rounding.nearest_exponent(ops.array(x))), expected)


def test_nearest_exponent_minimises_the_logarithmic_distance():
    x = np.exp(np.random.default_rng(0).uniform(-60, 60, 10000)).astype("float32")
    exponents = numpy(rounding.nearest_exponent(ops.array(x)))
    assert np.abs(np.log2(x.astype("float64")) - exponents).max() <= 0.5


def test_nearest_power_of_two_is_that_of_the_nearest_exponent():
    powers = np.ldexp(np.float32(1), np.arange(-120, 121))
    middles = powers * np.float32(math.sqrt(2))
    x = np.concatenate([powers, middles, np.nextafter(middles, np.float32(np.inf)), 1.1 * powers])
    expected = np.ldexp(np.float32(1), numpy(rounding.nearest_exponent(ops.array(x))))
    assert np.array_equal(numpy(rounding.nearest_power_of_two(ops.array(x))), expected)


def test_half_up_is_the_integer_rule():
    rng = np.random.default_rng(0)
    accumulators = rng.integers(-(2**22), 2**22, 20000)
    for shift in (1, 2, 5, 9, 15):
        accumulators[:1000] = (2 * rng.integers(-50, 50, 1000) + 1) << (shift - 1)
        values = np.ldexp(accumulators.astype("float32"), -shift)
        rounded = numpy(rounding.round_half_up(ops.array(values)))
        assert np.array_equal(rounded, shift_half_up(accumulators, shift))
        expected = [math.floor(a / 2**shift + 0.5) for a in accumulators.tolist()]
        assert np.array_equal(rounded, expected)


@pytest.mark.parametrize("octaves", [-2.0, -0.71, -0.69, -0.5, 0.0, 0.5, 0.69, 0.71, 3.3])
def test_follow_exponent(octaves):
    followed = numpy(rounding.follow_exponent(ops.array([5.0]), ops.array([2.0 ** (5 + octaves)])))
    assert followed == (5 if abs(octaves) <= 0.7 else round(5 + octaves))


def test_straight_through_is_exact_in_value():
    rng = np.random.default_rng(0)
    x = rng.normal(size=1000).astype("float32") * 1e3
    forward = rng.normal(size=1000).astype("float32")
    assert np.array_equal(
        numpy(rounding.straight_through(ops.array(forward), ops.array(x))), forward
    )
