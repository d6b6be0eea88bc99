"""`ModelWriter`: collects tensors and operators of one .tflite file."""

import dataclasses

import numpy as np
from ai_edge_litert import schema_py_generated as schema

from tflite_export import int8
from tflite_export.flatbuffer import pack

SIGNATURE_KEY = "serving_default"
SCHEMA_VERSION = 3


@dataclasses.dataclass(frozen=True, eq=False)
class Constant:
    """A tensor whose data are in the file.

    Attributes:
        data: array as it lies in the file.
        shape: shape of the tensor; it differs from that of `data` where two int4 share a byte.
        tensor_type: member of the schema's `TensorType`.
        scales: float32 array of quantization scales, one or one for each channel; None for a tensor
            that is not quantized.
        channel_axis: axis that the scales run along.
        zero_point: the integer that stands for 0.
    """

    data: np.ndarray
    shape: tuple[int, ...]
    tensor_type: int
    scales: np.ndarray | None = None
    channel_axis: int = 0
    zero_point: int = 0


class ModelWriter:
    """A .tflite file under construction: one subgraph, batch 1, tensors and operators in order.

    Example:

    >>> from pikelpn_keras.integer import Grid
    >>> from pikelpn_keras.integer.nodes import Tensor
    >>> writer = ModelWriter()
    >>> writer.activation(Tensor("x", (4,), Grid(0)))
    0
    """

    def __init__(self):
        # The schema keeps buffer 0 empty; every tensor without data points at it.
        self._buffers = [schema.BufferT()]
        self._tensors = []
        self._operators = []
        self._operator_codes = {}
        self._activations = {}

    def activation(self, tensor, name=None):
        """Index of the int8 tensor of a graph `Tensor`; the first call for it makes the tensor.

        Args:
            tensor: the graph tensor.
            name: name of the int8 tensor if it differs from that of the graph tensor.
        """
        if tensor.name not in self._activations:
            renamed = dataclasses.replace(tensor, name=name or tensor.name)
            self._activations[tensor.name] = self.edge(renamed, schema.TensorType.INT8)
        return self._activations[tensor.name]

    def edge(self, tensor, tensor_type):
        """Index of a new tensor, int8 or uint8, that holds the integers of a graph `Tensor`."""
        pixels = tensor_type == schema.TensorType.UINT8
        zero_point = 0 if pixels else int8.zero_point(tensor.grid)
        quantization = schema.QuantizationParametersT(
            scale=np.array([int8.scale(tensor.grid)], np.float32),
            zeroPoint=np.array([zero_point], np.int64),
        )
        return self._add_tensor(tensor.name, (1, *tensor.shape), tensor_type, 0, quantization)

    def intermediate(self, name, shape, tensor_type, quantization=None):
        """Index of a new tensor within one node, which no graph tensor stands for.

        Args:
            name: the tensor's name.
            shape: shape without the batch dimension.
            tensor_type: member of the schema's `TensorType`.
            quantization: the schema's `QuantizationParametersT`, or None where it is on no grid.
        """
        return self._add_tensor(name, (1, *shape), tensor_type, 0, quantization)

    def constant(self, name, constant):
        """Index of a new tensor that holds a `Constant`."""
        quantization = None
        if constant.scales is not None:
            quantization = schema.QuantizationParametersT(
                scale=constant.scales.astype(np.float32),
                zeroPoint=np.full(constant.scales.shape, constant.zero_point, np.int64),
                quantizedDimension=constant.channel_axis,
            )
        buffer = self._add_buffer(constant.data)
        return self._add_tensor(name, constant.shape, constant.tensor_type, buffer, quantization)

    def operator(self, code, version, inputs, output, options):
        """Appends an operator.

        Args:
            code: member of the schema's `BuiltinOperator`.
            version: the lowest version whose kernels compute this.
            inputs: tensor indices.
            output: tensor index.
            options: the operator's options object of the schema.
        """
        options_type = type(options).__name__.removesuffix("T")
        self._operators.append(
            schema.OperatorT(
                opcodeIndex=self._operator_code(code, version),
                inputs=np.array(inputs, np.int32),
                outputs=np.array([output], np.int32),
                builtinOptionsType=getattr(schema.BuiltinOptions, options_type),
                builtinOptions=options,
            )
        )

    def write(self, name, inputs, outputs, metadata):
        """The file's bytes.

        Args:
            name: the model's name.
            inputs: tensor indices by name.
            outputs: tensor indices by name.
            metadata: bytes by name.
        """
        subgraph = schema.SubGraphT(
            tensors=self._tensors,
            inputs=np.array(list(inputs.values()), np.int32),
            outputs=np.array(list(outputs.values()), np.int32),
            operators=self._operators,
            name=name,
        )
        signature = schema.SignatureDefT(
            inputs=[schema.TensorMapT(key, index) for key, index in inputs.items()],
            outputs=[schema.TensorMapT(key, index) for key, index in outputs.items()],
            signatureKey=SIGNATURE_KEY,
        )
        entries = [
            schema.MetadataT(key, self._add_buffer(np.frombuffer(data, np.uint8)))
            for key, data in metadata.items()
        ]
        return pack(
            schema.ModelT(
                version=SCHEMA_VERSION,
                description="PikeLPN for Keras 3",
                operatorCodes=[_code_entry(*code) for code in self._operator_codes],
                subgraphs=[subgraph],
                buffers=self._buffers,
                metadata=entries,
                signatureDefs=[signature],
            )
        )

    def _operator_code(self, code, version):
        return self._operator_codes.setdefault((code, version), len(self._operator_codes))

    def _add_buffer(self, data):
        self._buffers.append(schema.BufferT(data=data))
        return len(self._buffers) - 1

    def _add_tensor(self, name, shape, tensor_type, buffer, quantization):
        self._tensors.append(
            schema.TensorT(
                shape=np.array(shape, np.int32),
                type=tensor_type,
                buffer=buffer,
                name=name,
                quantization=quantization,
                hasRank=True,
            )
        )
        return len(self._tensors) - 1


def _code_entry(code, version):
    # Runtimes from before TensorFlow 2.4 read the deprecated field alone.
    return schema.OperatorCodeT(
        deprecatedBuiltinCode=min(code, 127), builtinCode=code, version=version
    )
