import keras
import numpy as np
import pytest

import pikelpn_keras as pk
from tests.pikelpn_keras.layer_test_case import LayerTestCase

L = pk.layers


class TestQuantMultiply(LayerTestCase):
    """Squeeze and excite."""

    def layer(self, **arguments):
        return L.QuantMultiply(**arguments)

    def around(self, x, layer):
        x = L.QuantReLU()(L.QuantNorm()(L.QuantConv2D(6, 3)(x)))
        gate = L.QuantGlobalAveragePooling2D(keepdims=True)(x)
        gate = L.QuantReLU()(L.QuantConv2D(3, 1, bias_initializer="ones")(gate))
        gate = L.QuantHardSigmoid(bits=7)(L.QuantConv2D(6, 1)(gate))
        return layer([x, gate])


class TestQuantMultiplyOfOneShape(TestQuantMultiply):
    """A gate for each value, of fewer bits, that may exceed 1."""

    def around(self, x, layer):
        gate = L.QuantReLU(5)(L.QuantConv2D(4, 3, padding="same")(x))
        return layer([x, gate])


class TestQuantMultiplyOfSignedValues(TestQuantMultiply):
    """A gate of 8 bits on values with signs, as behind a hard swish."""

    def around(self, x, layer):
        x = L.QuantIdentity()(L.QuantNorm()(L.QuantConv2D(6, 3)(x)))
        gate = L.QuantGlobalAveragePooling2D(keepdims=True)(x)
        return layer([x, L.QuantHardSigmoid()(L.QuantConv2D(6, 1)(gate))])


class TestQuantMultiplyBySignedGates(TestQuantMultiply):
    def around(self, x, layer):
        gate = L.QuantIdentity(6)(L.QuantConv2D(4, 3, padding="same")(x))
        return layer([x, gate])


def on_grid(values, **grid):
    return L.QuantInput(**grid)(np.asarray(values, "float32"))


def test_a_gate_of_large_steps_makes_the_grid_coarser():
    x = on_grid([[1.0, 2.0]], exponent=0)
    outputs = L.QuantMultiply()([x, on_grid([[4.0, 8.0]], exponent=2, bits=7)])
    assert np.asarray(outputs).tolist() == [[4.0, 16.0]]
    assert outputs._pikelpn_grid.exponent == 2


def test_a_gate_that_brings_the_sign_makes_the_grid_coarser_by_a_bit():
    x = on_grid([[1.0, 255.0]], exponent=0)
    outputs = L.QuantMultiply()([x, on_grid([[-1.0, 0.5]], exponent=-6, signed=True)])
    assert np.asarray(outputs).tolist() == [[0.0, 128.0]]
    assert (outputs._pikelpn_grid.exponent, outputs._pikelpn_grid.signed) == (1, True)


def test_refuses_gates_of_another_rank():
    with pytest.raises(ValueError, match="'m' multiplies a tensor by a gate.* keepdims=True"):
        L.QuantMultiply(name="m")([keras.Input((4, 4, 2)), keras.Input((2,))])
