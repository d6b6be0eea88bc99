"""Two-input gates of textbook circuits.

A full adder has 5 gates, a multiplexer 3. Additions and comparisons ripple through max(i, j) full
adders. An array multiplier has i * j AND gates and j - 1 rows of i full adders. A barrel shifter
has a row of multiplexers for each bit of the amount, a table a tree of them for each bit of its
entries. A MAC adds over the whole width of its accumulator.

A float is multiplied by an array multiplier for its significands, an adder for its exponents, and a
row of multiplexers and one of adders that normalise and round. It is added by a subtraction of
exponents, a barrel shifter that aligns, an adder, a barrel shifter that normalises and a row of
adders that rounds. Rare cases (infinities, subnormals) and registers are left out: real circuits
are larger.
"""

from pikelpn_keras.cost.pricing import CostModel, circuit_prices

FULL_ADDER = 5
MULTIPLEXER = 3
# Bits of the significand, its leading 1 included, by the float's width; the others are exponent.
SIGNIFICANDS = {16: 11, 32: 24, 64: 53}


def _float_width(*operands):
    """Width of the widest float, or None where all operands are integers."""
    widths = [operand.bits for operand in operands if operand.floating]
    if not widths:
        return None
    if max(widths) not in SIGNIFICANDS:
        raise ValueError(
            f"gate_level knows floats of {', '.join(map(str, SIGNIFICANDS))} bits, not of "
            f"{max(widths)}; use another cost model"
        )
    return max(widths)


def _array(rows, columns):
    return rows * columns + FULL_ADDER * rows * (columns - 1)


def _add(first, second):
    width = _float_width(first, second)
    if width is None:
        return FULL_ADDER * max(first.bits, second.bits)
    significand = SIGNIFICANDS[width]
    shifter = MULTIPLEXER * significand * significand.bit_length()
    return 2 * shifter + FULL_ADDER * (2 * significand + width - significand)


def _multiply(first, second):
    width = _float_width(first, second)
    if width is None:
        return _array(max(first.bits, second.bits), min(first.bits, second.bits))
    significand = SIGNIFICANDS[width]
    normalising = (MULTIPLEXER + FULL_ADDER) * significand
    return _array(significand, significand) + FULL_ADDER * (width - significand) + normalising


GATE_LEVEL = CostModel(
    "gate_level",
    "gates",
    circuit_prices(
        add=_add,
        multiply=_multiply,
        shift=lambda value, amount: MULTIPLEXER * value.bits * amount.bits,
        lookup=lambda index, entry: MULTIPLEXER * (2**index.bits - 1) * entry.bits,
    ),
)

MODELS = (GATE_LEVEL,)
