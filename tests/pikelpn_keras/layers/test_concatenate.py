import keras
import pytest

import pikelpn_keras as pk
from tests.pikelpn_keras.layer_test_case import LayerTestCase


class TestQuantConcatenate(LayerTestCase):
    """A tensor of another grid and an accumulator."""

    cases = [{}, {"axis": 2, "bits": 5}]

    def layer(self, **arguments):
        return pk.layers.QuantConcatenate(**arguments)

    def around(self, x, layer):
        return layer([x, pk.layers.QuantConv2D(4, 3, padding="same")(x)])


class TestQuantConcatenateOfUnsignedTensors(TestQuantConcatenate):
    cases = [{}]

    def around(self, x, layer):
        branches = [pk.layers.QuantConv2D(4, size, padding="same")(x) for size in (1, 3)]
        joined = layer([pk.layers.QuantReLU()(branch) for branch in branches] + [x])
        return pk.layers.QuantIdentity()(pk.layers.QuantConv2D(3, 1)(joined))


class TestQuantConcatenateOfVectors(TestQuantConcatenate):
    cases = [{"axis": 1}]

    def around(self, x, layer):
        x = pk.layers.QuantGlobalMaxPooling2D()(x)
        return layer([pk.layers.QuantDense(6)(x), pk.layers.QuantDense(5)(x), x])


def test_the_output_is_signed_where_an_input_is():
    inputs = keras.Input((4, 4, 2))
    x = pk.layers.QuantInput()(inputs)
    unsigned = pk.integer_graph(keras.Model(inputs, pk.layers.QuantConcatenate()([x, x])))
    assert not unsigned.nodes[-1].output.grid.signed
    branch = pk.layers.QuantIdentity()(x)
    signed = pk.integer_graph(keras.Model(inputs, pk.layers.QuantConcatenate()([x, branch])))
    assert signed.nodes[-1].output.grid.signed


def test_refuses_the_batch():
    with pytest.raises(ValueError, match="'c' joins tensors along the batch"):
        pk.layers.QuantConcatenate(axis=0, name="c")(
            [keras.Input((4, 4, 2)), keras.Input((4, 4, 2))]
        )
