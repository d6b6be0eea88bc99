import keras
import numpy as np
import pytest
from keras import ops

import pikelpn_keras as pk
import tflite_export
from pikelpn_keras.grids import attach_accumulator
from tests.pikelpn_keras.layer_test_case import LayerTestCase, pixels, train


class TestQuantNorm(LayerTestCase):
    cases = [
        {},
        {"center": False},
        {"scale": False},
        {"momentum": 0.5, "epsilon": 1e-5},
        {"gamma_initializer": "zeros"},
    ]

    def layer(self, **arguments):
        return pk.layers.QuantNorm(**arguments)

    def around(self, x, layer):
        x = pk.layers.QuantConv2D(6, 3, use_bias=False)(x)
        return pk.layers.QuantReLU()(layer(x))


class TestQuantNormOnATensor(TestQuantNorm):
    """A norm that does not follow a convolution is an operator of its own."""

    cases = [{}]
    # Pixels normalised to unit variance are as coarse as the output grid.
    rounds = False

    def around(self, x, layer):
        return pk.layers.QuantReLU()(layer(x))


def normed(input_shape=(8, 8, 3), **arguments):
    keras.utils.set_random_seed(0)
    return keras.Sequential(
        [
            keras.Input(input_shape),
            pk.layers.QuantInput(),
            pk.layers.QuantConv2D(8, 3, use_bias=False),
            pk.layers.QuantNorm(name="norm", **arguments),
            pk.layers.QuantReLU(),
        ]
    )


def multipliers(norm):
    return ops.convert_to_numpy(norm._multiplier)


def test_training_normalises_by_the_batch_at_the_scale_of_the_device():
    norm = pk.layers.QuantNorm(epsilon=1e-6)
    z = pk.layers.QuantInput()(pixels((6, 6, 5)))
    y = ops.convert_to_numpy(norm(z, training=True))
    batch = ops.convert_to_numpy(z)
    normalised = (batch - batch.mean((0, 1, 2))) / batch.std((0, 1, 2))
    moving = 0.1 + 0.9 * batch.var((0, 1, 2))
    ratio = multipliers(norm) * np.sqrt(moving + 1e-6)
    np.testing.assert_allclose(y, normalised * ratio, rtol=1e-3, atol=1e-3)


def test_statistics_forget_their_start_soon():
    norm = pk.layers.QuantNorm()
    batch = pk.layers.QuantInput()(pixels((6, 6, 2)))
    for _ in range(20):
        norm(batch, training=True)
    values = ops.convert_to_numpy(batch)
    np.testing.assert_allclose(norm.moving_variance, values.var((0, 1, 2)), rtol=1e-3)
    np.testing.assert_allclose(norm.moving_mean, values.mean((0, 1, 2)), rtol=1e-3)


def test_trusted_statistics_move_by_the_momentum_alone():
    norm = pk.layers.QuantNorm(momentum=0.75)
    batch = pk.layers.QuantInput()(pixels((6, 6, 2)))
    norm.build(batch.shape)
    norm.trust_statistics()
    norm(batch, training=True)
    variance = ops.convert_to_numpy(batch).var((0, 1, 2))
    np.testing.assert_allclose(norm.moving_variance, 0.75 + 0.25 * variance, rtol=1e-5)


def test_evaluation_is_shift_and_integer_add():
    model, inputs = normed(), pixels((8, 8, 3))
    train(model, inputs)
    norm = model.get_layer("norm")
    y = ops.convert_to_numpy(norm(model.layers[1](model.layers[0](inputs))))
    m = multipliers(norm)
    mantissa, _ = np.frexp(m)
    assert set(np.abs(mantissa)) == {0.5}
    variance = ops.convert_to_numpy(norm.moving_variance) + norm.epsilon
    assert np.abs(np.log2(ops.convert_to_numpy(norm.gamma) / np.sqrt(variance) / m)).max() <= 0.71
    b = ops.convert_to_numpy(norm.beta) / m - ops.convert_to_numpy(norm.moving_mean)
    z = ops.convert_to_numpy(model.layers[1](model.layers[0](inputs)))
    unit = np.ldexp(1.0, -8 + pk.integer_graph(model).nodes[0].weights.scales.exponents)
    assert np.array_equal(y, (z + np.floor(b / unit + 0.5) * unit) * m)


def test_frozen_training_equals_evaluation():
    model, inputs = normed(), pixels((8, 8, 3))
    train(model, inputs)
    pk.callbacks.freeze(model)
    weights = model.get_weights()
    assert np.array_equal(model(inputs, training=True), model(inputs, training=False))
    for now, before in zip(model.get_weights(), weights, strict=True):
        assert np.array_equal(now, before)


def test_unfrozen_training_differs_from_evaluation():
    model, inputs = normed(), pixels((8, 8, 3))
    assert not np.array_equal(model(inputs, training=True), model(inputs, training=False))


def test_frozen_norm_learns_its_beta_and_nothing_else():
    model, inputs = normed(), pixels((8, 8, 3))
    train(model, inputs)
    norm = model.get_layer("norm")
    pk.callbacks.freeze(model)
    model.compile(keras.optimizers.SGD(0.1), "mse")
    before = {v.name: ops.convert_to_numpy(v) for v in norm.variables}
    model.train_on_batch(inputs, np.ones((len(inputs), *model.output_shape[1:])))
    changed = {v.name for v in norm.variables if np.any(before[v.name] != ops.convert_to_numpy(v))}
    assert changed == {"beta"}


@pytest.mark.parametrize("octaves", [-0.69, -0.4, 0.0, 0.4, 0.69])
def test_multiplier_stays_within_its_hysteresis(octaves):
    norm = settled(momentum=0.0, gamma=2.0**octaves)
    assert np.array_equal(multipliers(norm), [1.0])


@pytest.mark.parametrize(("octaves", "expected"), [(0.71, 2.0), (-0.71, 0.5), (2.6, 8.0)])
def test_multiplier_moves_to_the_nearest_beyond(octaves, expected):
    norm = settled(momentum=0.0, gamma=2.0**octaves)
    assert np.array_equal(multipliers(norm), [expected])


def test_negative_gamma_gives_a_negative_multiplier():
    assert np.array_equal(multipliers(settled(momentum=0.0, gamma=-4.0)), [-4.0])


def test_zero_gamma_keeps_everything_finite():
    norm = settled(momentum=0.0, gamma=0.0)
    y = norm(pk.layers.QuantInput()(pixels((4, 4, 1))), training=True)
    assert np.array_equal(y, np.zeros_like(y))


def test_zero_gamma_is_beta_in_training_evaluation_and_integers():
    model, inputs = normed(gamma_initializer="zeros", beta_initializer="ones"), pixels((8, 8, 3))
    conv, norm = model.layers[1:3]
    accumulators = conv(model.layers[0](inputs))
    for training in (True, False):
        y = ops.convert_to_numpy(norm(accumulators, training=training))
        assert np.array_equal(y, np.ones_like(y))
    assert np.array_equal(multipliers(norm), np.zeros(8))
    graph = pk.integer_graph(model)
    assert not graph.nodes[0].kernel.any()
    assert np.array_equal(graph.nodes[0].norm.signs, np.zeros(8))
    assert np.array_equal(graph.run(inputs) * 2.0 ** model.layers[-1].exponent, model(inputs))


def test_a_zero_gamma_beside_others():
    norm = pk.layers.QuantNorm(momentum=0.0, epsilon=1e-7)
    batch = np.array([-1.0, 1.0] * 8, "float32").reshape(4, 4, 1, 1) * np.ones(3, "float32")
    x = pk.layers.QuantInput(signed=True, exponent=-6)(batch)
    norm.build(x.shape)
    norm.gamma.assign([0.0, -2.0, 4.0])
    norm.beta.assign([0.75, 0.0, 0.0])
    norm(x, training=True)
    assert np.array_equal(multipliers(norm), [0.0, -2.0, 4.0])
    assert np.array_equal(norm.record().signs, [0, -1, 1])
    y = ops.convert_to_numpy(norm(x))
    assert np.array_equal(y[..., 0], np.full((4, 4, 1), 0.75))
    assert np.array_equal(y[..., 1:], batch[..., 1:] * [-2.0, 4.0])
    norm.gamma.assign([1.0, -2.0, 4.0])
    norm(x, training=True)
    assert np.array_equal(multipliers(norm), [1.0, -2.0, 4.0])


def test_multipliers_begin_where_gamma_does():
    norm = pk.layers.QuantNorm(gamma_initializer=keras.initializers.Constant(-0.1))
    norm.build((None, 4, 4, 2))
    assert np.array_equal(multipliers(norm), [-0.125, -0.125])


def test_multipliers_follow_what_is_set_by_hand_when_told():
    norm = settled(gamma=1.0, momentum=0.0)
    norm.gamma.assign([2.0])
    norm.moving_variance.assign([1 / 16])
    assert np.array_equal(multipliers(norm), [1.0])
    norm.follow_statistics()
    assert np.array_equal(multipliers(norm), [8.0])


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_a_batch_that_is_not_finite_leaves_the_states_of_its_channels(bad):
    norm = pk.layers.QuantNorm(momentum=0.5)
    x = ops.convert_to_numpy(pk.layers.QuantInput()(pixels((4, 4, 2))))
    norm.build(x.shape)
    norm(on_accumulators(x), training=True)
    before = ops.convert_to_numpy(norm.moving_mean), ops.convert_to_numpy(norm.moving_variance)
    x = x / 2
    x[0, 0, 0, 0] = bad
    norm(on_accumulators(x), training=True)
    for variable, old in zip((norm.moving_mean, norm.moving_variance), before, strict=True):
        now = ops.convert_to_numpy(variable)
        assert now[0] == old[0] and now[1] != old[1]
    assert np.isfinite(multipliers(norm)).all()


def test_multipliers_come_back_from_a_gamma_that_was_not_a_number():
    norm = settled(gamma=np.nan, momentum=0.0)
    assert np.isnan(multipliers(norm)).all()
    norm.gamma.assign([4.0])
    norm.follow_statistics()
    assert np.array_equal(multipliers(norm), [4.0])


def test_an_empty_batch_leaves_the_states():
    # The norm by itself: TensorFlow's convolution by oneDNN gives an empty batch its input's shape.
    norm = settled(gamma=3.0)
    before = [ops.convert_to_numpy(variable) for variable in norm.variables]
    y = norm(on_accumulators(np.zeros((0, 4, 4, 1), "float32")), training=True)
    assert y.shape == (0, 4, 4, 1)
    for variable, old in zip(norm.variables, before, strict=True):
        counts = variable is norm._batches
        assert counts or np.array_equal(ops.convert_to_numpy(variable), old), variable.path


def on_accumulators(values):
    return attach_accumulator(ops.convert_to_tensor(values), -8)


def settled(gamma, **arguments):
    """A norm that has seen one batch of variance 1 (nearly), with the given gamma."""
    norm = pk.layers.QuantNorm(epsilon=1e-7, **arguments)
    batch = np.array([-1.0, 1.0] * 8, "float32").reshape(4, 4, 1, 1)
    x = pk.layers.QuantInput(signed=True, exponent=-6)(batch)
    norm.build(x.shape)
    norm.gamma.assign([gamma])
    norm(x, training=True)
    return norm


def test_exponents_stay_within_their_codes():
    norm = pk.layers.QuantNorm(momentum=0.0, scale_bits=2, epsilon=1e-12)
    x = pk.layers.QuantInput()(pixels((6, 6, 3)))
    norm.build(x.shape)
    norm.gamma.assign([1.0, 2.0**-9, 2.0**-2])
    norm(x, training=True)
    record = norm.record()
    assert record.scales.offsets.max() == 3
    assert np.array_equal(multipliers(norm), np.ldexp(1.0, record.scales.exponents))


@pytest.mark.parametrize("bits", [2, 3, 4, 8])
def test_mantissas(bits):
    norm = settled(gamma=2.0**0.4, momentum=0.0, mantissa_bits=bits)
    record = norm.record()
    value = record.mantissas * 2.0**record.scales.exponents
    assert np.array_equal(value, multipliers(norm))
    assert abs(value[0] / 2.0**0.4 - 1) <= 2.0 ** (0.7 * 2.0 ** (1 - bits)) - 1
    assert 2 ** (bits - 1) <= record.mantissas[0] < 2**bits


def test_mantissas_give_up_exactness_and_say_so():
    model, inputs = normed(mantissa_bits=3), pixels((8, 8, 3))
    train(model, inputs)
    with pytest.warns(UserWarning, match="conv2d.*mantissas"):
        tflite = tflite_export.convert(model)
    report = tflite_export.verify(model, tflite, inputs)
    assert report.mismatches["keras"] == 0
    assert report.classes == {model.layers[1].name: "M"}
    with pytest.raises(ValueError, match="mantissas"):
        tflite_export.convert(model, exact="all")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"axis": 1}, "'n' normalises the last axis only"),
        ({"renorm": True}, "'n' has no renorm"),
        ({"mantissa_bits": 9}, "'n' takes 1 to 8 mantissa_bits"),
        ({"mantissa_bits": 2.0}, "'n' takes 1 to 8 mantissa_bits, not 2.0"),
        ({"scale_bits": -1}, "'n' takes scale_bits from 0 to 8"),
        ({"momentum": 1.0}, "'n' takes a momentum from 0 on and below 1, not 1.0"),
        ({"momentum": float("nan")}, "'n' takes a momentum from 0 on and below 1, not nan"),
    ],
)
def test_refuses(arguments, message):
    with pytest.raises(ValueError, match=message):
        pk.layers.QuantNorm(name="n", **arguments)


def test_refuses_a_norm_behind_a_norm():
    x = pk.layers.QuantInput()(pixels((4, 4, 1)))
    with pytest.raises(ValueError, match="'second' follows another norm"):
        pk.layers.QuantNorm(name="second")(pk.layers.QuantNorm()(x))


@pytest.mark.skipif(keras.backend.backend() != "tensorflow", reason="TensorFlow's graphs")
def test_a_graph_that_folds_constants_is_exact():
    """Exponents that calibration holds are constants of the graph, which TensorFlow rewrites."""
    rng = np.random.default_rng(0)
    held = pk.quantizers.UniformQuantizer(4).holding(rng.integers(-7, -3, 16))
    keras.utils.set_random_seed(0)
    norm = pk.layers.QuantNorm()
    model = keras.Sequential(
        [
            keras.Input((8, 8, 3)),
            pk.layers.QuantInput(),
            pk.layers.QuantConv2D(16, 3, use_bias=False, kernel_quantizer=held),
            norm,
            pk.layers.QuantReLU(name="relu"),
        ]
    )
    norm.moving_mean.assign(rng.normal(size=16))
    norm.moving_variance.assign(rng.uniform(0.1, 3, 16))
    norm.beta.assign(rng.normal(size=16))
    norm.follow_statistics()
    model.compile(jit_compile=False)
    images = rng.integers(0, 256, (64, 8, 8, 3), dtype="uint8")
    values = pk.integer_graph(model).run(images) * 2.0 ** model.get_layer("relu").exponent
    np.testing.assert_array_equal(model.predict(images, verbose=0), values)
