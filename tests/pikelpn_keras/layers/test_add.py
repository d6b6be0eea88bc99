import keras
import pytest

import pikelpn_keras as pk
from tests.pikelpn_keras.layer_test_case import LayerTestCase


class TestQuantAdd(LayerTestCase):
    """A skip connection: a tensor of another grid and an accumulator."""

    cases = [{}, {"activation": "relu"}, {"activation": "relu", "bits": 5}]

    def layer(self, **arguments):
        return pk.layers.QuantAdd(**arguments)

    def around(self, x, layer):
        return layer([x, pk.layers.QuantConv2D(4, 3, padding="same")(x)])


class TestQuantAddOfTwoAccumulators(TestQuantAdd):
    cases = [{"activation": "relu"}, {}]

    def around(self, x, layer):
        branches = [pk.layers.QuantConv2D(4, size, padding="same")(x) for size in (1, 3)]
        return layer([pk.layers.QuantNorm()(branches[0]), branches[1]])


class TestQuantAddOfATensorToItself(TestQuantAdd):
    cases = [{}]

    def around(self, x, layer):
        x = pk.layers.QuantReLU(4)(pk.layers.QuantConv2D(4, 3)(x))
        return layer([x, x])


def test_terms_are_no_wider_than_the_sum():
    x = pk.layers.QuantInput()(inputs := keras.Input((4, 4, 2)))
    branch = pk.layers.QuantConv2D(2, 3, padding="same")(x)
    model = keras.Model(inputs, pk.layers.QuantAdd(bits=5)([x, branch]))
    grids = [tensor.grid for tensor in pk.integer_graph(model).nodes[-1].inputs]
    assert [(grid.bits, grid.signed) for grid in grids] == [(5, False), (5, True)]


def test_refuses_unlike_shapes():
    with pytest.raises(ValueError, match="'a' adds two tensors of one shape"):
        pk.layers.QuantAdd(name="a")([keras.Input((4, 4, 2)), keras.Input((4, 4, 3))])


def test_refuses_an_activation():
    with pytest.raises(ValueError, match="'a' takes activation None or 'relu', not 'tanh'"):
        pk.layers.QuantAdd(name="a", activation="tanh")
