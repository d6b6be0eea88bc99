import math

import numpy as np
import pytest

from pikelpn_keras.integer import Grid
from pikelpn_keras.integer.nodes import Lookup, Tensor
from pikelpn_keras.integer.nodes.lookup import lookup_table

SOURCE, OUTPUT = Grid(-2, 4), Grid(-3, 5, signed=False)


def node(table, source=SOURCE, output=OUTPUT):
    return Lookup((Tensor("x", (5,), source),), Tensor("y", (5,), output), table)


@pytest.mark.parametrize("source", [SOURCE, Grid(-1, 3, signed=False)])
def test_against_a_plain_loop(source):
    table = lookup_table(np.cosh, source, OUTPUT)
    inputs = np.random.default_rng(0).integers(source.low, source.high + 1, (9, 5))
    for integer, output in zip(inputs.flat, node(table, source).run(inputs).flat, strict=True):
        scaled = math.floor(math.cosh(int(integer) * 2.0**source.exponent) * 8 + 0.5)
        assert output == min(max(scaled, 0), 31)


def test_tables_round_half_up():
    assert lookup_table(lambda x: x / 2, Grid(0, 3), Grid(0, 4)).tolist() == [
        -2,
        -1,
        -1,
        0,
        0,
        1,
        1,
        2,
    ]


def test_tables_of_another_length_are_refused():
    with pytest.raises(ValueError, match=r"table of node 'y' has shape \(15,\), not.* 16 input"):
        node(np.zeros(15))


def test_entries_off_the_grid_are_refused():
    with pytest.raises(
        ValueError, match=r"entries from 0 to 32, outside the output grid 0 \.\. 31"
    ):
        node(np.arange(16) * 32 // 15)
