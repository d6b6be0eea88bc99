import keras
import numpy as np
import pytest
import tensorflow as tf

import pikelpn_keras as pk
from tests.pikelpn_keras.layer_test_case import LayerTestCase, pixels


class TestQuantSign(LayerTestCase):
    def layer(self, **arguments):
        return pk.layers.QuantSign(**arguments)

    def around(self, x, layer):
        x = pk.layers.QuantConv2D(6, 3, use_bias=False, kernel_quantizer="binary")(x)
        x = layer(pk.layers.QuantNorm()(x))
        x = pk.layers.QuantConv2D(5, 3, padding="same", kernel_quantizer="uniform4")(x)
        return pk.layers.QuantIdentity(bits=4, name="closing")(x)


def test_against_a_plain_comparison_at_and_about_zero():
    q = np.arange(-128, 128)
    inputs = keras.Input((256,))
    x = pk.layers.QuantInput(exponent=-4, signed=True)(inputs)
    model = keras.Model(inputs, pk.layers.QuantSign()(x))
    expected = [[1 if x >= 0 else -1 for x in q]]
    assert np.array_equal(pk.integer_graph(model).run(q[None].astype("int8")), expected)
    assert np.array_equal(model(q[None].astype("int8")), expected)


def test_decides_at_every_sum_as_the_accumulator_does():
    model = keras.Sequential(
        [
            keras.Input((5, 5, 2)),
            pk.layers.QuantInput(),
            pk.layers.QuantConv2D(3, 3, use_bias=False, kernel_quantizer="binary"),
            pk.layers.QuantNorm(),
            pk.layers.QuantSign(),
        ]
    )
    images = pixels((5, 5, 2), 201)
    norm = model.layers[-2]
    norm.set_multiplier([1.0, -0.5, 0.25])
    sums = np.asarray(model.layers[1](model.layers[0](images)))
    median = np.median(sums, axis=(0, 1, 2))
    norm.moving_mean.assign(median)
    expected = np.where((sums - median) * [1, -1, 1] >= 0, 1, -1)
    assert (sums == median).any()
    assert np.array_equal(pk.integer_graph(model).run(images), expected)
    assert np.array_equal(model(images), expected)


def test_gradient_ends_at_one():
    x = pk.layers.QuantInput(exponent=-4, signed=True)(np.array([-2.0, -1, 0, 1, 1.5], "float32"))
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = pk.layers.QuantSign()(x)
    assert tape.gradient(y, x).numpy().tolist() == [0, 1, 1, 1, 0]


def refused(*layers):
    model = keras.Sequential([keras.Input((4, 4, 2)), pk.layers.QuantInput(), *layers])
    with pytest.raises(ValueError) as error:
        pk.integer_graph(model)
    return str(error.value)


def test_refuses_weights_that_cannot_be_doubled():
    conv = pk.layers.QuantConv2D(2, 3, kernel_quantizer="uniform8")
    assert "QuantSign 's' doubles the weights" in refused(conv, pk.layers.QuantSign(name="s"))


def test_refuses_mantissas():
    norm = pk.layers.QuantNorm(mantissa_bits=3)
    message = refused(pk.layers.QuantConv2D(2, 3), norm, pk.layers.QuantSign(name="s"))
    assert "'s' follows a norm with mantissas" in message
