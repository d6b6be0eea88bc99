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
    """
    model = unpack(tflite)
    subgraph = model.subgraphs[0]
    indices = {tensor.name.decode(): index for index, tensor in enumerate(subgraph.tensors)}
    found = [name for name in names if name in indices]
    subgraph.outputs = [indices[name] for name in found]
    model.signatureDefs = None
    return pack(model), found
