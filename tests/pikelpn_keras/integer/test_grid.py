import numpy as np
import pytest

from pikelpn_keras.integer import Grid


@pytest.mark.parametrize("bits", range(2, 9))
def test_ranges(bits):
    unsigned, signed = Grid(0, bits, signed=False), Grid(0, bits, signed=True)
    assert (unsigned.low, unsigned.high) == (0, 2**bits - 1)
    assert (signed.low, signed.high) == (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1)
    assert signed.magnitude == 2 ** (bits - 1)


def test_integers_pass_and_floats_are_rounded():
    grid = Grid(-8, 8, signed=False)
    assert grid.integers(np.array([0, 255], "uint8")).tolist() == [0, 255]
    assert grid.integers(np.array([0.5 / 256, -1.0, 2.0])).tolist() == [1, 0, 255]


def test_values_are_the_inverse():
    grid = Grid(-5, 8)
    integers = np.arange(grid.low, grid.high + 1)
    assert np.array_equal(grid.integers(grid.values(integers)), integers)


def test_refuses_integers_outside():
    with pytest.raises(ValueError, match="from -1 to 3 do not fit the input grid 0 .. 255"):
        Grid(-8, 8, signed=False).integers(np.array([-1, 3]))


def test_refuses_pixels_as_floats():
    with pytest.raises(ValueError, match="floats up to 255 lie far beyond .* pass integers"):
        Grid(-8, 8, signed=False).integers(np.array([0.0, 255.0]))


def test_refuses_nan():
    with pytest.raises(ValueError, match="contain NaN"):
        Grid(-8).integers(np.array([np.nan]))
