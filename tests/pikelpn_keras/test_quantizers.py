import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from keras import ops

from pikelpn_keras import quantizers
from pikelpn_keras.quantizers import (
    BinaryQuantizer,
    PowerOfTwoQuantizer,
    TernaryQuantizer,
    UniformQuantizer,
)

ALL = [
    *(UniformQuantizer(bits) for bits in range(2, 9)),
    *(PowerOfTwoQuantizer(levels) for levels in range(3, 8)),
    BinaryQuantizer(),
    TernaryQuantizer(),
    UniformQuantizer(4, per_channel=False),
    PowerOfTwoQuantizer(6, scale_bits=2),
]


def weights(shape=(3, 3, 16, 8), seed=0):
    rng = np.random.default_rng(seed)
    scale = np.exp(rng.normal(size=shape[-1]) * 2)
    return (rng.laplace(size=shape) * scale).astype("float32")


def quantized(quantizer, w, axes=(-1,)):
    return tuple(ops.convert_to_numpy(x) for x in quantizer.quantize(w, axes))


def allowed(quantizer):
    top = quantizer.max_integer
    if isinstance(quantizer, UniformQuantizer):
        return set(range(-top, top + 1))
    if isinstance(quantizer, PowerOfTwoQuantizer):
        return {0} | {s * 2**k for k in range(quantizer.levels) for s in (-1, 1)}
    return {-1, 1} if isinstance(quantizer, BinaryQuantizer) else {-1, 0, 1}


@pytest.mark.parametrize("quantizer", ALL, ids=repr)
def test_integers_are_of_the_kind_and_the_whole_range_is_used(quantizer):
    integers, _ = quantized(quantizer, weights())
    assert set(np.unique(integers)) <= allowed(quantizer)
    assert np.abs(integers).max() > 0.7 * quantizer.max_integer
    assert len(allowed(quantizer)) <= 2**quantizer.bits


@pytest.mark.parametrize("quantizer", ALL, ids=repr)
def test_values_are_integers_times_powers_of_two(quantizer):
    values, exponents = quantizer(weights())
    integers, again = quantized(quantizer, weights())
    assert np.array_equal(exponents, again)
    assert np.array_equal(values, np.ldexp(integers.astype("float32"), again))


@pytest.mark.parametrize("quantizer", ALL, ids=repr)
def test_exponents_fit_their_codes(quantizer):
    _, exponents = quantized(quantizer, weights((3, 3, 8, 64), seed=1))
    assert exponents.max() - exponents.min() < 2**quantizer.scale_bits
    assert exponents.shape == ((1, 1, 1, 64) if quantizer.per_channel else (1, 1, 1, 1))


@pytest.mark.parametrize("quantizer", ALL, ids=repr)
def test_quantizing_twice_changes_nothing_but_the_scale_of_idle_ranges(quantizer):
    values, _ = quantizer(weights())
    integers, exponents = quantized(quantizer, ops.convert_to_numpy(values))
    if isinstance(quantizer, UniformQuantizer | PowerOfTwoQuantizer):
        assert np.array_equal(np.ldexp(integers.astype("float32"), exponents), values)


def test_scale_clipping_keeps_the_large_channels():
    w = np.ones((4, 2), "float32") * [1.0, 2.0**-9]
    _, exponents = quantized(UniformQuantizer(4, scale_bits=2), w)
    free = quantized(UniformQuantizer(4, scale_bits=8), w)[1]
    assert exponents[0, 0] == free[0, 0]
    assert exponents[0, 1] == free[0, 0] - 3


@pytest.mark.parametrize("quantizer", ALL, ids=repr)
def test_zero_channels_are_harmless(quantizer):
    w = weights()
    w[..., 3] = 0
    integers, exponents = quantized(quantizer, w)
    assert np.isfinite(np.ldexp(integers.astype("float32"), exponents)).all()
    everything, _ = quantizer(np.zeros((2, 2), "float32"))
    assert np.isfinite(everything).all()


@pytest.mark.parametrize("bits", range(2, 9))
def test_uniform_error_is_at_most_half_a_step_inside_the_range(bits):
    quantizer = UniformQuantizer(bits)
    w = weights()
    integers, exponents = quantized(quantizer, w)
    step = np.ldexp(1.0, exponents)
    inside = np.abs(w) <= quantizer.max_integer * step
    assert np.abs(integers * step - w)[inside].max() <= (step / 2).max()
    assert (np.abs(integers * step - w) <= step / 2)[inside].all()
    largest = np.abs(w).max((0, 1, 2)) / (quantizer.max_integer * step.ravel())
    assert largest.min() > 0.7 and largest.max() < 1.42


@pytest.mark.parametrize("levels", range(3, 8))
def test_power_of_two_takes_the_nearest_level_on_a_logarithmic_scale(levels):
    w = weights()
    integers, exponents = quantized(PowerOfTwoQuantizer(levels), w)
    scaled = np.abs(w.astype("float64")) * 2.0 ** -exponents.astype("float64")
    assert np.array_equal(integers == 0, scaled < 0.5)
    kept = (integers != 0) & (scaled > 1) & (scaled < 2 ** (levels - 1))
    assert np.abs(np.log2(scaled) - np.log2(np.maximum(np.abs(integers), 1)))[kept].max() <= 0.5
    assert np.array_equal(np.sign(integers)[integers != 0], np.sign(w)[integers != 0])


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 2**32 - 1), st.sampled_from(ALL), st.integers(1, 40), st.integers(-30, 30))
def test_scaling_weights_by_a_power_of_two_scales_the_exponents(seed, quantizer, count, shift):
    w = np.random.default_rng(seed).normal(size=(count, 3)).astype("float32")
    integers, exponents = quantized(quantizer, w)
    scaled, moved = quantized(quantizer, np.ldexp(w, shift))
    assert np.array_equal(integers, scaled)
    assert np.array_equal(moved, exponents + shift)


@pytest.mark.parametrize("quantizer", ALL, ids=repr)
def test_gradient(quantizer):
    import tensorflow as tf

    if keras.backend.backend() != "tensorflow":
        pytest.skip("reads gradients by TensorFlow's tape")
    w = tf.constant(weights((5, 4)))
    with tf.GradientTape() as tape:
        tape.watch(w)
        values, _ = quantizer(w)
    upstream = np.arange(20, dtype="float32").reshape(5, 4)
    gradient = tape.gradient(values, w, output_gradients=tf.constant(upstream))
    passes = np.abs(w) <= 1 if isinstance(quantizer, BinaryQuantizer) else np.ones_like(w, bool)
    assert np.array_equal(gradient, upstream * passes)


@pytest.mark.parametrize("quantizer", ALL, ids=repr)
def test_config_round_trip(quantizer):
    assert quantizers.get(quantizers.serialize(quantizer)) == quantizer
    assert type(quantizer).from_config(quantizer.get_config()) == quantizer
    assert hash(quantizers.get(quantizers.serialize(quantizer))) == hash(quantizer)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("uniform", UniformQuantizer()),
        ("uniform7", UniformQuantizer(7)),
        ("power_of_two", PowerOfTwoQuantizer()),
        ("power_of_two3", PowerOfTwoQuantizer(3)),
        ("binary", BinaryQuantizer()),
        ("ternary", TernaryQuantizer()),
    ],
)
def test_names(name, expected):
    assert quantizers.get(name) == expected


@pytest.mark.parametrize("identifier", ["uniform1", "power_of_two8", "int8", None, 4, {"bits": 4}])
def test_refuses_what_is_no_quantizer(identifier):
    with pytest.raises(ValueError, match="no quantizer|bits|levels|Improper|class_name"):
        quantizers.get(identifier)


@pytest.mark.parametrize("bits", [9, -1, 4.0])
def test_refuses_scale_bits(bits):
    with pytest.raises(ValueError, match=f"scale_bits is a width from 0 to 8, not {bits}"):
        UniformQuantizer(4, scale_bits=bits)
