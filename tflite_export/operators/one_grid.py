"""What the operators that join two tensors on one grid have in common."""

from tflite_export.operators import outputs
from tflite_export.proof import Proof

VERSION = 2


def append(node, writer, code, options):
    """Appends the operator of a `OneGridNode`, whose scales are one, and returns its `Proof`.

    Kernels multiply such integers by 1 and round nothing.

    Args:
        node: the node.
        writer: the `ModelWriter`.
        code: member of the schema's `BuiltinOperator`.
        options: its options object.
    """
    inputs = [writer.activation(tensor) for tensor in node.inputs]
    outputs.append(writer, code, VERSION, inputs, node.output, options)
    return Proof("-")
