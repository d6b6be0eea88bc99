import inspect

import numpy as np

import pikelpn_keras as pk
from tests.pikelpn_keras.layer_test_case import LayerTestCase, pixels


class TestQuantDropout(LayerTestCase):
    """Of values and of an accumulator."""

    cases = [{"rate": 0.25, "seed": 3}]

    def layer(self, **arguments):
        return pk.layers.QuantDropout(**arguments)

    def around(self, x, layer):
        x = layer(pk.layers.QuantReLU()(pk.layers.QuantConv2D(8, 3)(x)))
        x = pk.layers.QuantDropout(0.25)(pk.layers.QuantConv2D(8, 1)(x))
        return pk.layers.QuantIdentity()(pk.layers.QuantNorm()(x))

    def test_drops_while_training_and_leaves_nothing_behind(self):
        model, inputs = self.model(rate=0.9), pixels(self.input_shape)
        assert not np.array_equal(model(inputs, training=True), model(inputs))
        assert len(pk.integer_graph(model).nodes) == 2

    def test_training_is_left_to_keras_by_default(self):
        x = pk.layers.QuantInput()(pixels(self.input_shape))
        dropout = pk.layers.QuantDropout(0.5)
        assert np.array_equal(dropout(x), x)
        assert not np.array_equal(dropout(x, training=True), x)
        assert inspect.signature(dropout.call).parameters["training"].default is None
