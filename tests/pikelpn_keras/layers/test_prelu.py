import keras
import numpy as np
import tensorflow as tf

import pikelpn_keras as pk
from tests.pikelpn_keras.layer_test_case import LayerTestCase

SPREAD = {
    "class_name": "RandomUniform",
    "config": {"minval": -0.2, "maxval": 1.2, "seed": 0},
}


class TestQuantPReLU(LayerTestCase):
    cases = [{"alpha_initializer": SPREAD}]

    def layer(self, **arguments):
        return pk.layers.QuantPReLU(**arguments)

    def around(self, x, layer):
        return layer(pk.layers.QuantConv2D(6, 3)(x))


class TestQuantPReLUOnVectors(TestQuantPReLU):
    input_shape = (12,)

    def around(self, x, layer):
        return layer(pk.layers.QuantDense(9)(x))


def built(alphas):
    layer = pk.layers.QuantPReLU()
    layer.build((None, 2, len(alphas)))
    layer.alpha.assign(np.asarray(alphas, "float32")[None])
    return layer


def test_slopes_are_the_nearest_powers_of_two():
    layer = built([0.3, 0.0, -1.0, 2.0, 0.001])
    assert layer.slope_exponents(5).tolist() == [-2, -8, -8, 0, -8]


def test_gradients_are_straight_through():
    layer = built([0.3, -1.0])
    values = np.array([[[-2.0, -2.0], [1.0, 3.0]]], "float32")
    x = pk.layers.QuantInput(exponent=-4, signed=True)(values)
    with tf.GradientTape() as tape:
        tape.watch(x)
        loss = tf.reduce_sum(layer(x))
    to_x, to_alpha = tape.gradient(loss, [x, layer.alpha.value])
    assert to_x.numpy().tolist() == [[[0.25, 2.0**-8], [1.0, 1.0]]]
    assert to_alpha.numpy().tolist() == [[-2.0, -2.0]]


def test_alpha_has_the_shape_of_that_of_keras():
    layer, other = pk.layers.QuantPReLU(), keras.layers.PReLU(shared_axes=[1, 2])
    for prelu in (layer, other):
        prelu.build((None, 4, 5, 3))
    assert layer.alpha.shape == other.alpha.shape
