import keras
import larq as lq
import numpy as np
import pytest
import tensorflow as tf
import tf_keras

import pikelpn_keras as pk
import tflite_export
from pikelpn_keras.interop.larq import InputQuantizer, KernelQuantizer, LarqQuantizer
from tests.interop.legacy.nets import some_slow
from tests.pikelpn_keras.layer_test_case import pixels, train

NAMES = ["uniform4", "power_of_two6", "binary", "ternary"]


def weights(shape=(3, 3, 4, 5)):
    return np.random.default_rng(0).normal(0, 0.4, shape).astype("float32")


def gradient(function, values):
    x = tf.constant(values)
    upstream = (np.arange(values.size) % 7 - 3.0).reshape(values.shape).astype("float32")
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = tf.reduce_sum(function(x) * upstream)
    return tape.gradient(y, x).numpy()


class TestKernelQuantizer:
    @pytest.mark.parametrize("name", NAMES)
    def test_by_name_and_by_object_quantizes_as_ours(self, name):
        ours = pk.quantizers.get(name)
        for given in (name, KernelQuantizer(ours), KernelQuantizer(name)):
            layer = lq.layers.QuantConv2D(5, 3, kernel_quantizer=given, use_bias=False)
            layer.build((None, 8, 8, 4))
            layer.set_weights([weights()])
            with lq.context.quantized_scope(True):
                found = layer.get_weights()[0]
            assert np.array_equal(found, ours(weights())[0])
            assert layer.kernel_quantizer.precision == ours.bits

    def test_depthwise_channels_are_the_last_two_axes(self):
        layer = lq.layers.QuantDepthwiseConv2D(3, depthwise_quantizer="depthwise_uniform4")
        layer.build((None, 8, 8, 4))
        layer.set_weights([weights((3, 3, 4, 1)), np.zeros(4)])
        with lq.context.quantized_scope(True):
            found = layer.get_weights()[0]
        expected, _ = pk.quantizers.UniformQuantizer(4)(weights((3, 3, 4, 1)), (-2, -1))
        assert np.array_equal(found, expected)

    def test_gradient_is_ours(self):
        binary = pk.quantizers.BinaryQuantizer()
        values = np.array([[0.3, -2.0], [1.0, 0.5]], "float32")
        assert np.array_equal(
            gradient(KernelQuantizer("binary"), values), gradient(lambda x: binary(x)[0], values)
        )

    def test_larq_counts_its_bits(self):
        model = tf_keras.Sequential([tf_keras.layers.Input((8, 8, 2))])
        model.add(lq.layers.QuantConv2D(3, 3, kernel_quantizer="uniform4", use_bias=False))
        model.add(lq.layers.QuantConv2D(3, 3, kernel_quantizer="binary", use_bias=False))
        profile = lq.models.ModelProfile(model)
        assert profile.unique_param_bidtwidths == [1, 4]
        assert profile.weight_count(4) == 54
        assert profile.weight_count(1) == 81

    @pytest.mark.parametrize("ending", ["keras", "h5"])
    def test_models_train_save_and_load(self, ending, tmp_path):
        layers = [tf_keras.layers.Input((6, 6, 2))]
        layers.append(lq.layers.QuantConv2D(3, 3, kernel_quantizer="power_of_two6"))
        layers.append(tf_keras.layers.Flatten())
        layers.append(
            lq.layers.QuantDense(
                2,
                kernel_quantizer=KernelQuantizer("uniform4"),
                input_quantizer=InputQuantizer("uniform8"),
            )
        )
        model = tf_keras.Sequential(layers)
        inputs = pixels((6, 6, 2)) / np.float32(255)
        model.compile("sgd", "mse")
        model.fit(inputs, np.ones((len(inputs), 2)), epochs=2, verbose=0)
        model.save(tmp_path / f"model.{ending}")
        loaded = tf_keras.models.load_model(tmp_path / f"model.{ending}")
        assert np.array_equal(loaded(inputs), model(inputs))
        assert loaded.layers[-1].input_quantizer.exponent == layers[-1].input_quantizer.exponent


class TestInputQuantizer:
    @pytest.mark.parametrize("name", NAMES)
    def test_values_share_an_exponent_that_follows_training_alone(self, name):
        quantizer = InputQuantizer(name)
        x = tf.constant(weights((16, 4)) * 300)
        before = quantizer(x, training=False)
        assert quantizer.exponent == 0
        quantizer(x, training=True)
        ours = pk.quantizers.get(name)
        axes = (0, 1)
        natural = int(np.squeeze(ours.natural_exponents(x, axes)))
        assert quantizer.exponent == natural != 0
        after = quantizer(x, training=False)
        integers = ours.to_int(x, tf.constant(natural))
        assert np.array_equal(after, np.asarray(integers, "float32") * 2.0**natural)
        assert not np.array_equal(after, before)
        assert quantizer.precision == ours.bits

    def test_gradient_ends_where_values_do(self):
        quantizer = InputQuantizer("uniform4")
        found = gradient(lambda x: quantizer(x, training=False), np.array([3.0, 7.5], "float32"))
        assert found.tolist() == [-3.0, 0.0]


LARQS = {
    "ste_sign": 1,
    "approx_sign": 1,
    "swish_sign": 1,
    "magnitude_aware_sign": 1,
    "ste_tern": 1,
    "dorefa_quantizer": 3,
}


def larqs(name):
    if name == "dorefa_quantizer":
        return lq.quantizers.DoReFa(2, mode="weights")
    return lq.quantizers.get(name)


class TestLarqQuantizer:
    @pytest.mark.parametrize("name", LARQS)
    def test_integers_and_gradients_are_those_of_larq(self, name):
        theirs, ours = larqs(name), LarqQuantizer(larqs(name))
        values, exponents = ours(weights())
        integers = np.asarray(ours.quantize(weights())[0])
        wanted = theirs(weights()).numpy()
        assert np.abs(integers).max() == LARQS[name] == ours.max_integer
        assert np.array_equal(np.sign(wanted), np.sign(integers))
        powers = np.ldexp(1.0, np.asarray(exponents))
        ratio = (wanted / np.where(integers == 0, 1, integers) / powers)[integers != 0]
        assert 2**-0.5 <= ratio.min() <= ratio.max() <= 2**0.5
        assert np.array_equal(values, integers * powers)
        assert ours.bits == theirs.precision
        close = {"rtol": 1e-6, "atol": 1e-7}
        np.testing.assert_allclose(
            gradient(lambda x: ours(x)[0], weights()), gradient(theirs, weights()), **close
        )

    @pytest.mark.parametrize("name", some_slow(LARQS, "approx_sign", "dorefa_quantizer"))
    def test_trains_converts_and_is_exact(self, name, tmp_path):
        keras.utils.set_random_seed(0)
        model = keras.Sequential(
            [
                keras.Input((9, 9, 2)),
                pk.layers.QuantInput(),
                pk.layers.QuantConv2D(6, 3, kernel_quantizer=LarqQuantizer(larqs(name))),
                pk.layers.QuantNorm(),
                pk.layers.QuantReLU(),
                pk.layers.QuantFlatten(),
                pk.layers.QuantDense(3),
                pk.layers.QuantIdentity(),
            ]
        )
        inputs = pixels((9, 9, 2))
        before = model.get_weights()[0]
        train(model, inputs)
        assert np.abs(model.get_weights()[0] - before).max() > 0
        report = tflite_export.verify(model, tflite_export.convert(model, exact="all"), inputs)
        assert report.exact, str(report)
        assert not report.skipped
        model.save(tmp_path / "model.keras")
        loaded = keras.models.load_model(tmp_path / "model.keras")
        assert loaded.layers[1].quantizer == model.layers[1].quantizer
        assert np.array_equal(loaded(inputs), model(inputs))

    @pytest.mark.parametrize(
        ("quantizer", "message"),
        [
            (lq.quantizers.NoOp(1), "is no quantizer of larq"),
            (lambda x: x, "is no quantizer of larq"),
            (lq.quantizers.DoReFa(2), "mode='weights' and up to 7 bits, not with mode='activ"),
            (lq.quantizers.DoReFa(8, mode="weights"), "up to 7 bits, not .* and 8"),
        ],
    )
    def test_refuses(self, quantizer, message):
        with pytest.raises(ValueError, match=message):
            LarqQuantizer(quantizer)
