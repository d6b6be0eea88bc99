"""ACEv2 as this project reads it, and two variants of it.

The paper introduces ACEv2 as an extension of ACE to all arithmetic: MACs, elementwise operations
and shifts. **Its table of costs was not at hand.** What stands here is a working definition: it
continues ACE, whose unit is the one-bit adder, in the most literal way, and no figure made with it
is a figure of the paper. It rests on

- ACE as PokeBNN's code has it (google/aqt, `pokebnn.py`): i * j for a MAC, the accumulator free,
  floats by their storage width (bf16 as 16), so that 256 ACE is a bf16 product;
- the fact that at 45 nm (Horowitz 2014) one such unit is 3.0 to 3.8 fJ for every integer addition
  and product of 8 and 32 bits, and 3.6 to 4.3 fJ for float products. Float *additions* are 25 to
  28 fJ a unit: the definition undercharges them by a factor of 7 to 9.

An array multiplier of i * j one-bit adders adds its product to an accumulator without further
adders, which is why ACE charges nothing for it. For the same reason the addition of an i-bit value
where the weight is 1 or a power of two costs i: what ACE charges for a MAC with a one-bit weight.
"""

from pikelpn_keras.cost.pricing import CostModel


def product(first, second):
    """One-bit adders of an array multiplier, i * j."""
    return first.bits * second.bits


def widest(first, second):
    """One-bit adders of an addition, a comparison or a table's entry, max(i, j)."""
    return max(first.bits, second.bits)


ACE_V2 = CostModel(
    "ace_v2",
    "ACE",
    {
        "mac": lambda x, weight, accumulator: product(x, weight),
        "accumulate": lambda x, accumulator: x.bits,
        "multiply": product,
        "add": widest,
        "compare": widest,
        "shift": lambda value, amount: value.bits,
        # Reading a table is no addition; it is charged the width of what it moves.
        "lookup": widest,
        # As a product, which is less than any circuit of them has.
        "function": product,
    },
)
"""The default cost model: our reading of ACEv2, whose unit is a one-bit adder."""

# A barrel shifter has a row of multiplexers for each bit of the amount.
PESSIMISTIC_SHIFT = CostModel("pessimistic_shift", "ACE", {**ACE_V2.prices, "shift": product})

# The accumulator is not free: its whole width is added to in each MAC.
CHARGED_ACCUMULATOR = CostModel(
    "charged_accumulator",
    "ACE",
    {
        **ACE_V2.prices,
        "mac": lambda x, weight, accumulator: product(x, weight) + accumulator.bits,
        "accumulate": lambda x, accumulator: accumulator.bits,
    },
)

MODELS = (ACE_V2, PESSIMISTIC_SHIFT, CHARGED_ACCUMULATOR)
