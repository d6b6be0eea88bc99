"""The work of operators that only move numbers: rescaling, where they do that on the way."""

from pikelpn_keras.cost import NumberFormat, Operations
from pikelpn_keras.cost.operations import occurring
from pikelpn_keras.cost.work import Storage, Work
from tflite_export.costing.registry import counts, format_of
from tflite_export.costing.rescaling import between


@counts(
    "BATCH_TO_SPACE_ND",
    "BROADCAST_TO",
    "CAST",
    "DEPTH_TO_SPACE",
    "EXPAND_DIMS",
    "FILL",
    "MIRROR_PAD",
    "PACK",
    "PAD",
    "PADV2",
    "RESHAPE",
    "RESIZE_NEAREST_NEIGHBOR",
    "REVERSE_V2",
    "SHAPE",
    "SLICE",
    "SPACE_TO_BATCH_ND",
    "SPACE_TO_DEPTH",
    "SPLIT",
    "SPLIT_V",
    "SQUEEZE",
    "STRIDED_SLICE",
    "TILE",
    "TRANSPOSE",
    "UNPACK",
    "ZEROS_LIKE",
)
def movement(call):
    """No arithmetic."""
    return Work()


@counts("CONCATENATION")
def concatenation(call):
    """Inputs on other scales than the output's are rescaled."""
    if call.floating:
        return Work()
    return Work(tuple(entry for tensor in call.inputs for entry in between(call, tensor)))


@counts("GATHER")
def gather(call):
    """A look-up for each number where the indices are computed and the table is constant."""
    table, indices = call.inputs[:2]
    if table.data is None or indices.data is not None:
        return Work()
    entry = format_of(table)
    index_bits = max(int(table.shape[0] - 1).bit_length(), 1)
    looked_up = Operations(
        "lookup", (NumberFormat(index_bits), entry), call.output.size, "activation"
    )
    return Work(occurring((looked_up,)), storage=Storage(tables=table.size * entry.bits))
