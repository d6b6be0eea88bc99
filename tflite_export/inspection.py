"""Looking at the inner tensors of a file, on any runtime."""

from tflite_export.flatbuffer import pack, unpack


def expose(tflite, names):
    """The same file with other outputs.

    Runtimes free, reuse or never write inner tensors (XNNPACK has no place for them), but all of
    them write outputs.

    Args:
        tflite: bytes of the file.
        names: names of tensors.

    Returns:
        bytes of a file whose outputs are the tensors of those names that it has, and the list of
        these names, both in the order of `names`.

    Example:

    >>> from pikelpn_keras.integer import Grid, IntegerGraph
    >>> from pikelpn_keras.integer.nodes import Add, Tensor
    >>> from tflite_export import convert
    >>> x, y, z = (Tensor(name, (4,), Grid(-8)) for name in "xyz")
    >>> graph = IntegerGraph("sum", (x,), (Add((x, x), y), Add((x, y), z)), ("z",))
    >>> expose(convert(graph), ["y", "other"])[1]
    ['y']
    """
    model = unpack(tflite)
    subgraph = model.subgraphs[0]
    indices = {tensor.name.decode(): index for index, tensor in enumerate(subgraph.tensors)}
    found = [name for name in names if name in indices]
    subgraph.outputs = [indices[name] for name in found]
    model.signatureDefs = None
    return pack(model), found
