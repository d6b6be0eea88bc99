"""SOFTMAX."""

from ai_edge_litert import schema_py_generated as schema

from pikelpn_keras.integer.nodes import Softmax
from tflite_export.operators.registry import emits
from tflite_export.proof import FAMILIES, Obstacle, Proof

VERSION = 2
# In the fixed point of the reference kernels and TFLM the sum of exponentials stays below 2**9, or
# a failed check ends the process; every logit that equals the largest adds 1.
MOST_CLASSES = 2**9 - 1


@emits(Softmax)
def emit_softmax(node, writer, storage_name):
    """Writes a SOFTMAX, which is exact on no runtime: each computes exponentials its own way.

    Measured against the node on 3 to 100 classes: no runtime differs by more than 1, and none in
    more than 1 of 10,000 probabilities.

    Raises:
        ValueError: if there are more classes than the reference kernels and TFLM survive.
    """
    classes = node.output.shape[-1]
    if classes > MOST_CLASSES:
        raise ValueError(
            f"softmax '{node.name}' has {classes} classes, and on logits that are nearly equal the "
            f"reference kernels and TFLM end the process beyond {MOST_CLASSES}; end the model at "
            "its logits"
        )
    writer.operator(
        schema.BuiltinOperator.SOFTMAX,
        VERSION,
        [writer.activation(node.inputs[0])],
        writer.activation(node.output),
        schema.SoftmaxOptionsT(beta=1.0),
    )
    inexact = Obstacle(
        "a softmax is computed with exponentials that differ from kernel to kernel",
        "end the model at its logits and take the softmax of them outside, or accept probabilities "
        "that differ by 1/256",
        FAMILIES,
    )
    return Proof("-", obstacles=(inexact,))
