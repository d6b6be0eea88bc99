"""Energy of the arithmetic in a 45 nm process, in picojoules.

From M. Horowitz, "Computing's energy problem", ISSCC 2014 (addition / multiplication, pJ): int8
0.03 / 0.2, int32 0.1 / 3.1, float16 0.4 / 1.1, float32 0.9 / 3.7; 8 KB of cache give 64 bits for
10 pJ. Other integers lie on curves through those entries: additions linear in the width,
multiplications a * i * j + c * (i + j) / 2. As in QKeras, a multiplexer is 0.3 of a one-bit adder;
a shifter has a row of them for each bit of the amount. Comparing is subtracting.

Arithmetic only: moving activations and weights, which mostly costs more, is not in it.
"""

from pikelpn_keras.cost.pricing import CostModel, circuit_prices

INTEGER_ADD = {8: 0.03, 32: 0.1}
INTEGER_MULTIPLY = {8: 0.2, 32: 3.1}
FLOAT_ADD = {16: 0.4, 32: 0.9}
FLOAT_MULTIPLY = {16: 1.1, 32: 3.7}
CACHE_BIT = 10 / 64
MULTIPLEXER = 0.3

_ADD_SLOPE = (INTEGER_ADD[32] - INTEGER_ADD[8]) / (32 - 8)
_ADD_OFFSET = INTEGER_ADD[8] - 8 * _ADD_SLOPE
_MULTIPLY_SQUARE = (INTEGER_MULTIPLY[32] / 32 - INTEGER_MULTIPLY[8] / 8) / (32 - 8)
_MULTIPLY_SLOPE = INTEGER_MULTIPLY[8] / 8 - 8 * _MULTIPLY_SQUARE


def _float_entry(table, first, second):
    """The entry for the wider float, or None where both are integers."""
    floats = [operand.bits for operand in (first, second) if operand.floating]
    if not floats:
        return None
    if max(floats) not in table:
        raise ValueError(
            f"energy_45nm knows floats of {' and '.join(map(str, table))} bits, not of "
            f"{max(floats)}; use another cost model"
        )
    return table[max(floats)]


def _add(first, second):
    known = _float_entry(FLOAT_ADD, first, second)
    bits = max(first.bits, second.bits)
    return _ADD_OFFSET + _ADD_SLOPE * bits if known is None else known


def _multiply(first, second):
    known = _float_entry(FLOAT_MULTIPLY, first, second)
    if known is not None:
        return known
    square, mean = first.bits * second.bits, (first.bits + second.bits) / 2
    return _MULTIPLY_SQUARE * square + _MULTIPLY_SLOPE * mean


ENERGY_45NM = CostModel(
    "energy_45nm",
    "pJ",
    circuit_prices(
        add=_add,
        multiply=_multiply,
        shift=lambda value, amount: MULTIPLEXER * amount.bits * _add(value, value),
        lookup=lambda index, entry: CACHE_BIT * entry.bits,
    ),
)

MODELS = (ENERGY_45NM,)
