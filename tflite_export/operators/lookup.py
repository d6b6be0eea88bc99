"""A table as CAST, ADD and GATHER.

The stored int8 becomes an int32 index, is moved so that the smallest is 0, and picks an entry of a
constant int8 tensor. Nothing is computed but the index, so all kernels agree. HARD_SWISH does not
do: its kernels round some integers otherwise than half up (measured: 2 of 256 on a step of 1/16).
"""

from pikelpn_keras.integer.nodes import Lookup
from tflite_export.operators import tables
from tflite_export.operators.registry import emits
from tflite_export.proof import Proof


@emits(Lookup)
def emit_lookup(node, writer, storage_name):
    """Writes CAST, ADD and GATHER; the ADD only where the smallest stored integer is not 0."""
    source = node.inputs[0]
    indices = tables.append_cast(writer, f"{node.name}:stored", source)
    lowest = tables.lowest_stored(source.grid)
    if lowest:
        offset = tables.number(writer, f"{node.name}:offset", -lowest)
        name = f"{node.name}:indices"
        indices = tables.append_sum(writer, name, source.shape, indices, offset)
    tables.append_gather(node, writer, node.table, indices)
    return Proof("-")
