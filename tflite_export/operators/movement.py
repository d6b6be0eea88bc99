"""What the operators that move or pick integers have in common.

Inputs and output have one scale and one zero point, so no kernel has anything to round.
"""

import numpy as np
from ai_edge_litert import schema_py_generated as schema

from tflite_export.proof import Proof
from tflite_export.writer import Constant


def append(node, writer, code, version, options, **numbers):
    """Appends the operator of a `MovementNode` and returns its `Proof`.

    Args:
        node: the node.
        writer: the `ModelWriter`.
        code: member of the schema's `BuiltinOperator`.
        version: the operator's version.
        options: its options object.
        **numbers: int32 inputs behind the activations, by the names of their tensors.
    """
    inputs = [writer.activation(tensor) for tensor in node.inputs]
    for name, values in numbers.items():
        array = np.array(values, np.int32)
        constant = Constant(array, array.shape, schema.TensorType.INT32)
        inputs.append(writer.constant(f"{node.name}:{name}", constant))
    writer.operator(code, version, inputs, writer.activation(node.output), options)
    return Proof("-")
