"""`read`: from a .tflite file to an `IntegerGraph`."""

from pikelpn_keras.integer.kernels.families import FAMILIES
from tflite_export.operator_list import BrokenFileError, operator_list
from tflite_export.reading.foreign import foreign_graph
from tflite_export.reading.recorded import recorded_graph


def read(file, *, kernels="xnnpack", subgraph=0):
    """The `IntegerGraph` of a .tflite file.

    A file that `convert` wrote gives the graph that it was written from, and converting that gives
    the file again. Of a plain int8 or uint8 file by others, whose scales are any numbers, the graph
    computes what one family of LiteRT's kernels computes, with its roundings: 0 differing integers
    on x86-64. Floats at the edges are left away: the graph begins behind a QUANTIZE and ends before
    a DEQUANTIZE.

    Args:
        file: the file's path, its bytes, or its `OperatorList`.
        kernels: the family to match in files by others: "xnnpack", "builtin" or "reference".
        subgraph: which to read of several: its place, its signature or its name.

    Returns:
        an `IntegerGraph`. Of files by others, grids are `AffineGrid`s, whose integers count from
        the zero point.

    Raises:
        BrokenFileError: a ValueError, if it is no .tflite file or is damaged.
        UnsupportedModelError: a ValueError, if an operator or tensor has no integer meaning here;
            it is named. `operator_list` still lists the file.
        ValueError: if `kernels` is unknown, or there is no such subgraph.
        OSError: if there is no such file.

    Example:

    >>> from pikelpn_keras.integer import Grid, IntegerGraph
    >>> from pikelpn_keras.integer.nodes import Add, Tensor
    >>> from tflite_export import convert
    >>> x, y = Tensor("x", (4,), Grid(-8)), Tensor("y", (4,), Grid(-8))
    >>> tflite = convert(IntegerGraph("double", (x,), (Add((x, x), y),), ("y",)))
    >>> read(tflite).nodes[0].output
    Tensor(name='y', shape=(4,), grid=Grid(exponent=-8, bits=8, signed=True))
    """
    if kernels not in FAMILIES:
        raise ValueError(f"kernels is {kernels!r}; it must be one of {', '.join(FAMILIES)}")
    listed = operator_list(file)
    if not listed.subgraphs:
        raise BrokenFileError("this .tflite file has no subgraph")
    chosen = listed.subgraphs[listed.subgraph_index(subgraph)]
    graph = recorded_graph(listed)
    return foreign_graph(chosen, FAMILIES[kernels]) if graph is None else graph
