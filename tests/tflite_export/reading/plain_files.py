"""Plain int8 and uint8 files, as other converters write them: scales are any numbers."""

import copy
import dataclasses
import io
import zipfile

import numpy as np
from ai_edge_litert import schema_py_generated as schema

from tflite_export.flatbuffer import pack, unpack

RANGES = {"INT8": (-128, 127), "UINT8": (0, 255)}


@dataclasses.dataclass
class PlainFile:
    """A file under construction.

    Example:

    >>> file = PlainFile()
    >>> x = file.tensor((1, 4), scales=0.1)
    >>> file.operator("RELU", 2, [x], [file.tensor((1, 4), scales=0.1)])
    >>> file.write([x], [1])[4:8]
    b'TFL3'
    """

    tensors: list = dataclasses.field(default_factory=list)
    buffers: list = dataclasses.field(default_factory=lambda: [schema.BufferT()])
    operators: list = dataclasses.field(default_factory=list)
    codes: list = dataclasses.field(default_factory=list)

    def tensor(self, shape, dtype="INT8", scales=None, zero_point=0, axis=0, data=None, name=None):
        """Index of a new tensor; `data` make it a constant."""
        quantization = None
        if scales is not None:
            scales = np.atleast_1d(np.float32(scales))
            quantization = schema.QuantizationParametersT(
                scale=scales,
                zeroPoint=np.full(scales.shape, zero_point, np.int64),
                quantizedDimension=axis,
            )
        if data is not None:
            self.buffers.append(schema.BufferT(data=data))
        self.tensors.append(
            schema.TensorT(
                name=f"t{len(self.tensors)}" if name is None else name,
                shape=np.array(shape, np.int32),
                type=getattr(schema.TensorType, dtype),
                buffer=0 if data is None else len(self.buffers) - 1,
                quantization=quantization,
                hasRank=True,
            )
        )
        return len(self.tensors) - 1

    def operator(self, name, version, inputs, outputs, options=None):
        """Appends an operator."""
        if (name, version) not in self.codes:
            self.codes.append((name, version))
        kind = 0
        if options is not None:
            kind = getattr(schema.BuiltinOptions, type(options).__name__.removesuffix("T"))
        self.operators.append(
            schema.OperatorT(
                opcodeIndex=self.codes.index((name, version)),
                inputs=np.array(inputs, np.int32),
                outputs=np.array(outputs, np.int32),
                builtinOptionsType=kind,
                builtinOptions=options,
            )
        )

    def write(self, inputs, outputs):
        """The file's bytes."""
        subgraph = schema.SubGraphT(
            tensors=self.tensors,
            inputs=np.array(inputs, np.int32),
            outputs=np.array(outputs, np.int32),
            operators=self.operators,
        )
        # Operator codes as converters before TensorFlow 2.4 wrote them.
        codes = [
            schema.OperatorCodeT(getattr(schema.BuiltinOperator, name), version=version)
            for name, version in self.codes
        ]
        return pack(
            schema.ModelT(
                version=3, operatorCodes=codes, subgraphs=[subgraph], buffers=self.buffers
            )
        )


def zero_point(rng, dtype):
    low, high = RANGES[dtype]
    return int(rng.integers(low, high, endpoint=True))


def scale(rng, ties):
    """A scale between 0.01 and 0.1; a power of two where `ties` are wanted."""
    return np.float32(2.0 ** -rng.integers(4, 7) if ties else rng.uniform(0.01, 0.1))


def inputs_of(rng, graph, count=60):
    """Random grid integers for each input of a graph, the extremes among them."""
    arrays = []
    for tensor in graph.inputs:
        low, high = tensor.grid.low, tensor.grid.high
        array = rng.integers(low, high + 1, (count, *tensor.shape))
        array.flat[0], array.flat[-1] = low, high
        arrays.append(array)
    return arrays


@dataclasses.dataclass(frozen=True)
class Layer:
    """What `linear` makes: CONV_2D, DEPTHWISE_CONV_2D or FULLY_CONNECTED with its tensors."""

    operator: str
    dtype: str = "INT8"
    per_channel: bool = True
    ties: bool = False
    inputs: int = 5
    outputs: int = 7
    size: tuple = (9, 8)
    kernel: tuple = (3, 2)
    strides: tuple = (1, 1)
    dilation: tuple = (1, 1)
    padding: str = "SAME"
    activation: str = "NONE"

    @property
    def places(self):
        if self.padding == "SAME":
            return tuple(-(-n // s) for n, s in zip(self.size, self.strides, strict=True))
        return tuple(
            (n - (k - 1) * d - 1) // s + 1
            for n, k, d, s in zip(self.size, self.kernel, self.dilation, self.strides, strict=True)
        )


def linear(rng, layer):
    """A file of one layer whose outputs spread over the whole range."""
    depthwise = layer.operator == "DEPTHWISE_CONV_2D"
    axis = 3 if depthwise and layer.dtype == "INT8" else 0
    kernel_shape, x_shape, y_shape = {
        "CONV_2D": ((layer.outputs, *layer.kernel, layer.inputs), layer.inputs, layer.outputs),
        "DEPTHWISE_CONV_2D": ((1, *layer.kernel, layer.outputs), layer.inputs, layer.outputs),
        "FULLY_CONNECTED": ((layer.outputs, layer.inputs), layer.inputs, layer.outputs),
    }[layer.operator]
    image = layer.operator != "FULLY_CONNECTED"
    x_shape = (1, *layer.size, x_shape) if image else (1, x_shape)
    y_shape = (1, *layer.places, y_shape) if image else (1, y_shape)
    low, high = RANGES[layer.dtype]
    weights = rng.integers(low, high + 1, kernel_shape).astype(layer.dtype.lower())
    if layer.dtype == "INT8":
        weights = np.maximum(weights, -127)
    x_scale = scale(rng, layer.ties)
    many = layer.per_channel and layer.dtype == "INT8"
    scales = np.array([scale(rng, layer.ties) for _ in range(layer.outputs if many else 1)])
    taps = weights.size / layer.outputs
    spread = np.float32(x_scale * scales.mean() * 74 * 74 * np.sqrt(taps) / 60)
    y_scale = np.float32(2.0 ** np.round(np.log2(spread))) if layer.ties else spread

    file = PlainFile()
    x = file.tensor(x_shape, layer.dtype, x_scale, zero_point(rng, layer.dtype))
    weight_zero = 0 if layer.dtype == "INT8" else int(rng.integers(118, 138))
    kernel = file.tensor(kernel_shape, layer.dtype, scales, weight_zero, axis, weights)
    biases = rng.integers(-2000, 2000, layer.outputs).astype(np.int32)
    bias = file.tensor(biases.shape, "INT32", x_scale * scales, data=biases)
    y = file.tensor(y_shape, layer.dtype, y_scale, zero_point(rng, layer.dtype))
    file.operator(layer.operator, 3, [x, kernel, bias], [y], _options(layer))
    return file.write([x], [y])


def _options(layer):
    activation = getattr(schema.ActivationFunctionType, layer.activation)
    if layer.operator == "FULLY_CONNECTED":
        return schema.FullyConnectedOptionsT(fusedActivationFunction=activation)
    window = {
        "padding": getattr(schema.Padding, layer.padding),
        "strideH": layer.strides[0],
        "strideW": layer.strides[1],
        "dilationHFactor": layer.dilation[0],
        "dilationWFactor": layer.dilation[1],
        "fusedActivationFunction": activation,
    }
    if layer.operator == "CONV_2D":
        return schema.Conv2DOptionsT(**window)
    return schema.DepthwiseConv2DOptionsT(**window, depthMultiplier=layer.outputs // layer.inputs)


def with_attachment(tflite):
    """The file with a zip archive of labels behind it, as TFLite's metadata tools append it."""
    content = io.BytesIO(tflite)
    with zipfile.ZipFile(content, "a") as archive:
        archive.writestr("labels.txt", "cat\ndog\n")
    return content.getvalue()


def in_several_subgraphs(tflite, names=("main", "second")):
    """A file of several subgraphs, each that of `tflite`, with signatures `run_NAME`."""
    model = unpack(tflite)
    (subgraph,) = model.subgraphs
    model.subgraphs = [copy.copy(subgraph) for _ in names]
    model.signatureDefs = []
    for index, name in enumerate(names):
        model.subgraphs[index].name = name
        model.signatureDefs.append(
            schema.SignatureDefT(signatureKey=f"run_{name}", subgraphIndex=index)
        )
    return pack(model)
