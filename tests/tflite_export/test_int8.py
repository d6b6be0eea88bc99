import numpy as np
import pytest

from pikelpn_keras.integer import Grid
from tflite_export import int8


@pytest.mark.parametrize("signed", [False, True])
@pytest.mark.parametrize("bits", range(1, 9))
def test_saturation_is_the_upper_clamp(bits, signed):
    grid = Grid(0, bits, signed)
    assert int8.zero_point(grid) + grid.high == 127
    assert int8.zero_point(grid) + grid.low >= -128


def test_contract_zero_points():
    assert int8.zero_point(Grid(0, 8, signed=False)) == -128
    assert int8.zero_point(Grid(0, 8, signed=True)) == 0
    for bits in range(2, 8):
        assert int8.zero_point(Grid(0, bits, signed=False)) == 127 - (2**bits - 1)


def test_refuses_more_than_8_bits():
    with pytest.raises(ValueError, match="9 bits does not fit an int8 tensor; quantize"):
        int8.zero_point(Grid(0, 9))


def test_scale_is_a_float32_power_of_two():
    assert int8.scale(Grid(np.int64(-126))) == np.float32(2.0**-126)
    assert int8.scale(Grid(5)).dtype == np.float32


@pytest.mark.parametrize("exponent", [-127, 128])
def test_refuses_exponents_outside_float32(exponent):
    with pytest.raises(ValueError, match=f"exponent {exponent} of a grid"):
        int8.scale(Grid(exponent))


def test_only_narrow_signed_grids_need_a_lower_clamp():
    needing = [
        (bits, signed)
        for bits in range(2, 9)
        for signed in (False, True)
        if int8.needs_lower_clamp(Grid(0, bits, signed))
    ]
    assert needing == [(bits, True) for bits in range(2, 8)]
