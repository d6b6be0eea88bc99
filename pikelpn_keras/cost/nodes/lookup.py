"""The work of tables."""

import math

from pikelpn_keras.cost.nodes.registry import counts
from pikelpn_keras.cost.number_formats import NumberFormat
from pikelpn_keras.cost.operations import Operations
from pikelpn_keras.cost.work import Storage, Work
from pikelpn_keras.integer.nodes import Lookup


@counts(Lookup)
def lookup(node):
    """One look-up for each output."""
    index, entry = NumberFormat(node.inputs[0].grid.bits), NumberFormat(node.output.grid.bits)
    return Work(
        (Operations("lookup", (index, entry), math.prod(node.output.shape), "activation"),),
        storage=Storage(tables=node.table.size * entry.bits),
    )
