import numpy as np
import pytest

from pikelpn_keras.integer import ScaleCodes
from pikelpn_keras.integer.arrays import frozen_array


def test_codes_give_back_their_exponents():
    exponents = [-4, -19, -7, -4]
    codes = ScaleCodes.from_exponents(exponents, bits=4)
    assert codes.layer_exponent == -4
    assert codes.exponents.tolist() == exponents
    assert codes.offsets.dtype == np.uint8


def test_refuses_exponents_too_far_apart():
    with pytest.raises(ValueError, match="from -20 to -4 do not fit offsets of 4 bits"):
        ScaleCodes.from_exponents([-4, -20], bits=4)
    with pytest.raises(ValueError, match="offset 16 does not fit 4 bits"):
        ScaleCodes(-4, [16], bits=4)


def test_refuses_layer_exponents_beyond_8_bits():
    with pytest.raises(ValueError, match="layer exponent 128 does not fit 8 bits"):
        ScaleCodes(128, [0], bits=4)


@pytest.mark.parametrize("values", [[128], [-129], [0.5], [np.nan], [np.inf]])
def test_frozen_array_refuses_what_does_not_fit(values):
    with pytest.raises(ValueError, match="int8"):
        frozen_array(values, np.int8)


def test_frozen_array_is_a_copy():
    values = np.zeros(3, np.int8)
    frozen = frozen_array(values, np.int8)
    values[0] = 1
    assert frozen[0] == 0
    with pytest.raises(ValueError, match="read-only"):
        frozen[0] = 1
