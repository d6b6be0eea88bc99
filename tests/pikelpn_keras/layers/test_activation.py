import keras
import numpy as np
import pytest
from keras import ops

import pikelpn_keras as pk
from pikelpn_keras.activation_quantizer import by_fake_quant, by_operators, quantize_activation
from pikelpn_keras.grids import attach
from pikelpn_keras.integer import Grid
from tests.pikelpn_keras.layer_test_case import LayerTestCase


class TestQuantReLU(LayerTestCase):
    cases = [{"bits": bits} for bits in (8, 7, 6, 5, 4, 3, 2)]

    def layer(self, **arguments):
        return pk.layers.QuantReLU(**arguments)

    def around(self, x, layer):
        return layer(pk.layers.QuantConv2D(6, 3)(x))


class TestQuantReLUWithAMaximum(TestQuantReLU):
    """Bounds inside the range of the bits, and beyond it."""

    cases = [{"max_value": 0.2}, {"max_value": 0.3, "bits": 5}, {"max_value": 6.0}]


class TestQuantIdentity(TestQuantReLU):
    cases = [{"bits": bits} for bits in (8, 6, 3)]

    def layer(self, **arguments):
        return pk.layers.QuantIdentity(**arguments)


class TestQuantReLUOnATensor(TestQuantReLU):
    """Without a layer before it an activation is an operator of its own."""

    cases = [{"bits": 8}, {"bits": 4}]

    def around(self, x, layer):
        return layer(pk.layers.QuantIdentity()(pk.layers.QuantConv2D(6, 3)(x)))


def fed(layer, batches):
    for batch in batches:
        x = pk.layers.QuantInput(signed=True)(np.asarray(batch, "float32"))
        layer(x * 1.0 if batch is None else x, training=True)
    return layer


@pytest.mark.parametrize("signed", [False, True])
def test_gradient_is_straight_through_inside_the_range_and_zero_outside(signed):
    tf = pytest.importorskip("tensorflow")
    if keras.backend.backend() != "tensorflow":
        pytest.skip("reads gradients by TensorFlow's tape")
    grid = Grid(-1, 4, signed)
    low, high = grid.low * 0.5, grid.high * 0.5
    x = tf.constant([low - 2.0, low - 0.3, low, low + 0.3, 1.1, high, high + 0.3, high + 9.0])
    with tf.GradientTape() as tape:
        tape.watch(x)
        outputs = quantize_activation(x, grid)
    upstream = tf.range(1.0, 9.0)
    gradient = tape.gradient(outputs, x, output_gradients=upstream)
    assert np.array_equal(gradient, upstream * [0, 0, 1, 1, 1, 1, 0, 0])


@pytest.mark.parametrize("how", ["eager", "graph", "jit"])
@pytest.mark.parametrize("bits", range(2, 9))
@pytest.mark.parametrize("exponent", [-20, -4, 3])
def test_tensorflows_operator_rounds_and_differentiates_as_ours(how, bits, exponent):
    tf = pytest.importorskip("tensorflow")
    if keras.backend.backend() != "tensorflow":
        pytest.skip("an operator of TensorFlow")
    grid, step = Grid(exponent, bits, False), 2.0**exponent
    ties = np.arange(-2, 2**bits + 2, 0.5, dtype="float32")
    x = np.concatenate([np.nextafter(ties, -np.inf), ties, np.nextafter(ties, np.inf)]) * step
    x = np.append(x, [1e38, -1e38, np.inf, -np.inf, np.nan, -0.0]).astype("float32")
    upstream = np.random.default_rng(0).normal(size=x.shape).astype("float32")

    def both(x, upstream):
        results = []
        for rounded in (by_fake_quant, by_operators):
            with tf.GradientTape() as outer, tf.GradientTape() as inner:
                inner.watch(x)
                outer.watch(upstream)
                outputs = rounded(x, grid, tf.constant(step), tf.constant(1 / step))
                gradient = inner.gradient(outputs, x, upstream)
            results.append((outputs, gradient, outer.gradient(gradient, upstream)))
        return results

    run = {"eager": both, "graph": tf.function(both), "jit": tf.function(both, jit_compile=True)}
    for fused, plain in zip(*run[how](tf.constant(x), tf.constant(upstream)), strict=True):
        np.testing.assert_array_equal(fused, plain)


def test_first_batch_sets_the_range():
    layer = fed(pk.layers.QuantReLU(), [[0.4, -0.25]])
    # 0.3984 / 256 is nearest to 2**-9.
    assert layer.exponent == -9


def test_range_follows_with_hysteresis():
    layer = fed(pk.layers.QuantReLU(momentum=0.0), [[0.25]])
    assert layer.exponent == -10
    assert fed(layer, [[0.375]]).exponent == -10
    assert fed(layer, [[0.4375]]).exponent == -9


@pytest.mark.parametrize("bits", [8, 4])
def test_relu6_ends_at_6(bits):
    layer = pk.layers.QuantReLU(bits, momentum=0.0, max_value=6.0)
    x = pk.layers.QuantInput(exponent=-4, signed=True)(np.arange(-128, 128, dtype="int8"))
    outputs = layer(x, training=True)
    assert float(np.max(outputs)) == 6.0
    assert layer.grid.high * 2.0**layer.exponent == 6.0


def test_a_maximum_below_half_a_step_leaves_one():
    layer = pk.layers.QuantReLU(max_value=2.0**-6)
    x = pk.layers.QuantInput(exponent=-4, signed=True)(np.arange(-128, 128, dtype="int8"))
    assert np.array_equal(np.unique(layer(x)), [0.0, 2.0**-4])
    assert (layer.exponent, layer.grid.high) == (-4, 1)


@pytest.mark.parametrize("value", [0, -6.0, np.inf])
def test_refuses_maxima(value):
    with pytest.raises(ValueError, match="'r' takes max_value None or a positive number"):
        pk.layers.QuantReLU(max_value=value, name="r")


def test_an_all_negative_batch_leaves_the_exponent():
    layer = fed(pk.layers.QuantReLU(momentum=0.0), [[0.25], [-0.25]])
    assert layer.exponent == -10


def test_frozen_range_stays():
    layer = fed(pk.layers.QuantReLU(momentum=0.0), [[0.25]])
    layer.freeze()
    assert fed(layer, [[0.01]]).exponent == -10
    layer.unfreeze()
    assert fed(layer, [[0.01]]).exponent < -10


def test_freezing_before_building_is_refused():
    with pytest.raises(ValueError, match="QuantReLU 'r' is not built yet"):
        pk.layers.QuantReLU(name="r").freeze()


@pytest.mark.parametrize("bad", [[np.nan, 0.5], [np.inf, 0.5], []])
def test_a_batch_that_is_empty_or_not_finite_leaves_the_range(bad):
    layer = fed(pk.layers.QuantIdentity(momentum=0.5), [[0.25, 0.5]])
    assert layer.exponent == -8
    before = [np.array(v) for v in layer.variables]
    layer(attach(ops.convert_to_tensor(bad, "float32"), Grid(-8)), training=True)
    assert all(np.array_equal(v, old) for v, old in zip(layer.variables, before, strict=True))
    assert fed(layer, [[2.0**-6]]).exponent == -9


@pytest.mark.parametrize("bits", [1, 9, 4.5, 4.0, True, "8"])
def test_refuses_bits(bits):
    with pytest.raises(ValueError, match="QuantReLU 'r' takes 2 to 8 bits"):
        pk.layers.QuantReLU(bits, name="r")


@pytest.mark.parametrize("momentum", [-0.1, 1.0, np.nan, "0.9"])
def test_refuses_momentum(momentum):
    with pytest.raises(ValueError, match="'r' takes a momentum from 0 on and below 1"):
        pk.layers.QuantReLU(momentum=momentum, name="r")


@pytest.mark.parametrize("exponent", [0.5, 200, "1"])
def test_refuses_exponents(exponent):
    layer = fed(pk.layers.QuantReLU(name="r"), [[0.25]])
    with pytest.raises(ValueError, match="'r' takes an exponent that is a whole number from -100"):
        layer.set_exponent(exponent)
