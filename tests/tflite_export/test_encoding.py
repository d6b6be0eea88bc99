import dataclasses

import numpy as np
import pytest

from pikelpn_keras.integer import Grid
from pikelpn_keras.integer.nodes import Tensor
from pikelpn_keras.integer.rounding import shift_half_up
from tests.tflite_export import graphs
from tflite_export import encoding
from tflite_export.encoding import encode
from tflite_export.storage import INT4, INT8

X = Tensor("x", (9,), graphs.PIXELS)
GRIDS_EXPONENT = graphs.UNSIGNED.exponent - graphs.PIXELS.exponent


def layer(rng, units=6, **options):
    node = graphs.dense(rng, X, units, **options)
    return dataclasses.replace(node, bias=rng.integers(-99, 99, units))


@pytest.mark.parametrize(
    ("storage", "limit", "name"),
    [
        (INT8, 1, "A"),
        (INT8, 31, "A"),
        (INT8, 32, "B"),
        (INT8, 63, "B"),
        (INT8, 64, "C"),
        (INT8, 127, "C"),
        (INT4, 1, "A"),
        (INT4, 2, "B"),
        (INT4, 3, "B"),
        (INT4, 4, "C"),
        (INT4, 7, "C"),
    ],
)
def test_takes_the_best_class_with_room(rng, storage, limit, name):
    assert encode(layer(rng, limit=limit), storage).proof.encoding == name


def test_layers_without_spare_bits_take_the_scheme_asked_for(rng):
    node = layer(rng, limit=7)
    assert encode(node, INT4, tight=encoding.D).proof.encoding == "D"
    assert encode(node, INT8, tight=encoding.D).proof.encoding == "A"


def test_a_bias_without_room_lowers_the_class(rng):
    node = layer(rng, limit=7)
    for bias, name in ((2**29 - 1, "A"), (2**29, "B"), (2**30, "C")):
        large = dataclasses.replace(node, bias=np.full(6, bias))
        assert encode(large, INT8).proof.encoding == name


@pytest.mark.parametrize(
    ("limit", "factor", "offset", "nudge"),
    [(7, 4, 2, None), (63, 2, 1, 0), (127, 1, 0, np.inf)],
)
def test_file_holds_what_the_contract_says(rng, limit, factor, offset, nudge):
    shift = np.array([1, 2, 3, 7, 12, 20])
    node = layer(rng, limit=limit, shift=shift)
    encoded = encode(node, INT8)
    assert encoded.weights.dtype == np.int8
    assert np.array_equal(encoded.weights, factor * node.kernel.astype(int))
    assert np.array_equal(encoded.bias, factor * node.bias + offset)
    power = np.ldexp(np.float32(1) / factor, -shift)
    scales = power if nudge is None else np.nextafter(power, np.float32(nudge))
    assert encoded.scales.dtype == np.float32
    assert np.array_equal(encoded.scales, np.ldexp(scales, GRIDS_EXPONENT))


def test_channels_that_round_nothing_are_plain_in_every_class(rng):
    for limit in (7, 63, 127):
        node = layer(rng, limit=limit, shift=[-3, 0, 4, 0, -1, 5])
        encoded, plain = encode(node, INT8), node.shift <= 0
        assert np.array_equal(encoded.weights[:, plain], node.kernel[:, plain])
        assert np.array_equal(encoded.bias[plain], node.bias[plain])
        scales = np.ldexp(np.float32(1), GRIDS_EXPONENT - node.shift[plain])
        assert np.array_equal(encoded.scales[plain], scales)


def test_a_layer_that_rounds_nothing_is_plain(rng):
    assert encode(layer(rng, limit=127, shift=0), INT8).proof.encoding == "-"


def test_large_weights_of_plain_channels_do_not_lower_the_class(rng):
    node = layer(rng, limit=31, shift=[0, 4, 4, 4, 4, 4])
    kernel = node.kernel.copy()
    kernel[:, 0] = 127
    assert encode(dataclasses.replace(node, kernel=kernel), INT8).proof.encoding == "A"


def test_mantissas_stay_in_the_scale(rng):
    node = dataclasses.replace(
        layer(rng, shift=[3, 3, 0, 5, -2, 1]), multiplier=[1, 3, 5, 7, 3, 255]
    )
    encoded = encode(node, INT8)
    assert encoded.proof.encoding == "M"
    assert np.array_equal(encoded.weights, node.kernel)
    exact = np.ldexp(node.multiplier.astype(np.float32), GRIDS_EXPONENT - node.shift)
    lifted = np.nextafter(exact, np.float32(np.inf))
    assert np.array_equal(encoded.scales, np.where(node.shift > 0, lifted, exact))


@pytest.mark.parametrize("shift", [26, 40, 62])
def test_far_right_shifts_become_25(rng, shift):
    assert np.array_equal(encoding.file_shift(layer(rng, shift=shift)), [25] * 6)


def test_far_right_shifts_of_large_accumulators_stay(rng):
    node = dataclasses.replace(layer(rng, shift=26), bias=np.full(6, 2**24))
    assert np.array_equal(encoding.file_shift(node), [26] * 6)


@pytest.mark.parametrize(
    ("bits", "signed", "least"), [(8, False, -8), (8, True, -7), (4, False, -4)]
)
def test_far_left_shifts_become_those_that_saturate(rng, bits, signed, least):
    node = layer(rng, shift=-20, grid=Grid(-6, bits, signed))
    assert np.array_equal(encoding.file_shift(node), [least] * 6)
    nearer = dataclasses.replace(node, shift=encoding.file_shift(node))
    inputs = np.eye(9, dtype=np.int32)
    assert np.array_equal(node.run(inputs), nearer.run(inputs))


def test_dead_channels_need_no_shift(rng):
    node = layer(rng, shift=-20)
    dead = dataclasses.replace(node, kernel=0 * node.kernel, bias=0 * node.bias)
    assert encode(dead, INT8).proof.encoding == "-"


class TestRefuses:
    def test_weights_beyond_the_storage(self, rng):
        kernel = np.full((9, 6), -128)
        node = dataclasses.replace(layer(rng), kernel=kernel)
        with pytest.raises(ValueError, match="layer 'dense' has a weight of magnitude 128"):
            encode(node, INT8)

    def test_ratios_that_xnnpack_does_not_load(self, rng):
        with pytest.raises(ValueError, match="multiplies its accumulators by 256"):
            encode(layer(rng, shift=-8), INT8)

    @pytest.mark.parametrize("multiplier", [0, -1, 2**24])
    def test_multipliers_that_are_no_mantissas(self, rng, multiplier):
        node = dataclasses.replace(layer(rng), multiplier=np.full(6, multiplier))
        with pytest.raises(ValueError, match="layer 'dense' has a multiplier outside 1"):
            encode(node, INT8)

    def test_scales_beyond_float32(self, rng):
        node = layer(rng, shift=12, grid=Grid(-126, 8, signed=False))
        with pytest.raises(ValueError, match="layer 'dense' has weight scales from"):
            encode(node, INT8)

    def test_kernels_without_weights(self, rng):
        node = dataclasses.replace(layer(rng), kernel=np.zeros((0, 6)))
        with pytest.raises(ValueError, match="layer 'dense' has a kernel of shape"):
            encode(node, INT8)


def round_once(encoded, scale):
    """XNNPACK: one rounding, half to even, of the float32 product."""
    return np.rint(encoded.astype(np.float32) * np.float32(scale)).astype(np.int64)


def round_twice(encoded, scale):
    """gemmlowp: doubling high multiply, then a rounding shift, halves away from 0."""
    mantissa, exponent = np.frexp(np.float64(scale))
    product = encoded * round(float(np.ldexp(mantissa, 31)))
    high = np.sign(product) * ((np.abs(product) + 2**30) >> 31)
    half = 1 << (-exponent - 1)
    return np.sign(high) * ((np.abs(high) + half) >> -exponent)


def near(limit, scheme, shift, rng):
    """Accumulators up to a limit of the encoded ones: random, the largest, and beside ties."""
    largest = (limit - scheme.offset) // scheme.factor
    tie = (rng.integers(0, max(largest >> shift, 1), 999) << shift) + (1 << (shift - 1))
    drawn = rng.integers(0, largest + 1, 999)
    values = np.concatenate([tie - 1, tie, tie + 1, drawn, [largest - 2, largest - 1, largest]])
    return values[(values >= 0) & (values <= largest)]


@pytest.mark.parametrize("shift", range(1, 23))
@pytest.mark.parametrize(
    ("scheme", "signs", "kernel"),
    [
        (encoding.A, (1, -1), round_once),
        (encoding.A, (1, -1), round_twice),
        (encoding.B, (1, -1), round_once),
        (encoding.B, (1, -1), round_twice),
        (encoding.C, (1,), round_once),
        (encoding.D, (1,), round_twice),
    ],
)
def test_limits_of_the_schemes(rng, scheme, signs, kernel, shift):
    once = kernel is round_once
    limit = scheme.float_limit if once else min(scheme.fixed_limit, 2**25)
    power = np.float32(2.0**-shift / scheme.factor)
    scale = power if scheme.nudge is None else np.nextafter(power, np.float32(scheme.nudge))
    for sign in signs:
        accumulators = sign * near(limit, scheme, shift, rng)
        encoded = scheme.factor * accumulators + scheme.offset
        assert np.array_equal(kernel(encoded, scale), shift_half_up(accumulators, shift))
