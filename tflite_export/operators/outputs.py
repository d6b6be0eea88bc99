"""The last step of every operator: clamping its results to the grid of its output."""

import dataclasses

import numpy as np
from ai_edge_litert import schema_py_generated as schema

from tflite_export import int8
from tflite_export.writer import Constant

MAXIMUM_VERSION = 2


def append(writer, code, version, inputs, output, options):
    """Appends an operator that writes the graph tensor `output`, clamped to its grid.

    int8 saturation is the upper clamp. The lower one is saturation, a fused RELU or a MAXIMUM.

    Args:
        writer: the `ModelWriter`.
        code: member of the schema's `BuiltinOperator`.
        version: the operator's version.
        inputs: tensor indices.
        output: the graph `Tensor` to write.
        options: options object with the field `fusedActivationFunction`, which is set here.
    """
    if not int8.needs_lower_clamp(output.grid):
        if not output.grid.signed:
            options.fusedActivationFunction = schema.ActivationFunctionType.RELU
        writer.operator(code, version, inputs, writer.activation(output), options)
        return
    unclamped = writer.activation(dataclasses.replace(output, name=f"{output.name}:unclamped"))
    writer.operator(code, version, inputs, unclamped, options)
    zero_point = int8.zero_point(output.grid)
    low = Constant(
        data=np.array([zero_point + output.grid.low], np.int8),
        shape=(1,),
        tensor_type=schema.TensorType.INT8,
        scales=np.array([int8.scale(output.grid)]),
        zero_point=zero_point,
    )
    writer.operator(
        schema.BuiltinOperator.MAXIMUM,
        MAXIMUM_VERSION,
        [unclamped, writer.constant(f"{output.name}:low", low)],
        writer.activation(output),
        schema.MaximumMinimumOptionsT(),
    )
