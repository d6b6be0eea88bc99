import keras
import pytest

import pikelpn_keras as pk
from tests.pikelpn_keras.layer_test_case import LayerTestCase


class TestQuantSubtract(LayerTestCase):
    """A tensor of another grid less an accumulator."""

    cases = [{}, {"activation": "relu", "bits": 5}]

    def layer(self, **arguments):
        return pk.layers.QuantSubtract(**arguments)

    def around(self, x, layer):
        return layer([x, pk.layers.QuantConv2D(4, 3, padding="same")(x)])


def test_refuses_unlike_shapes():
    with pytest.raises(ValueError, match="'s' subtracts two tensors of one shape"):
        pk.layers.QuantSubtract(name="s")([keras.Input((4, 4, 2)), keras.Input((4, 4, 3))])
