import keras
import numpy as np
import pytest

import pikelpn_keras as pk


def passing(**arguments):
    return keras.Sequential([keras.Input((3,)), pk.layers.QuantInput(**arguments)])


@pytest.mark.parametrize("run_eagerly", [True, False])
def test_integers_are_grid_integers_and_floats_values(run_eagerly):
    model = passing()
    model.compile("sgd", "mse", run_eagerly=run_eagerly)
    pixels = np.array([[0, 128, 255]], "uint8")
    values = np.array([[0, 0.5, 255 / 256]], "float32")
    for inputs in (pixels, pixels.astype("int32"), values, values.astype("float64")):
        assert np.array_equal(model.predict(inputs, verbose=0), values)
        assert np.array_equal(model(inputs), values)


def test_floats_are_rounded_half_up_and_clipped():
    inputs = np.array([[0.5 / 256, -1.0, 2.0]], "float32")
    assert np.array_equal(passing()(inputs), [[1 / 256, 0.0, 255 / 256]])


def test_integers_beyond_the_grid_are_clipped():
    inputs = np.array([[-5, 300, 7]], "int32")
    assert np.array_equal(passing()(inputs), [[0.0, 255 / 256, 7 / 256]])


def test_signed_grid():
    inputs = np.array([[-128, 0, 127]], "int8")
    assert np.array_equal(passing(signed=True, exponent=-7)(inputs), [[-1.0, 0.0, 127 / 128]])


def test_refuses_bits():
    with pytest.raises(ValueError, match="'q' takes 2 to 8 bits, not 16"):
        pk.layers.QuantInput(16, name="q")


@pytest.mark.parametrize("exponent", [-7.5, -7.0, 101, np.nan, None])
def test_refuses_exponents(exponent):
    with pytest.raises(ValueError, match="'q' takes an exponent that is a whole number from -100"):
        pk.layers.QuantInput(exponent=exponent, name="q")


def test_loaded_model_still_tells_integers_from_floats(tmp_path):
    passing().save(tmp_path / "m.keras")
    model = keras.models.load_model(tmp_path / "m.keras")
    assert np.array_equal(model(np.array([[0, 128, 255]], "uint8")), [[0, 0.5, 255 / 256]])
    assert np.array_equal(model(np.array([[0, 0.5, 1]], "float32")), [[0, 0.5, 255 / 256]])
