"""From a Keras model to its `IntegerGraph`."""

import dataclasses
import math
from typing import Any

import keras
import numpy as np

from pikelpn_keras.integer.graph import IntegerGraph
from pikelpn_keras.integer.nodes import (
    Dense,
    DepthwiseConv2D,
    LinearNode,
    Node,
    Reshape,
    Tensor,
    Window,
)
from pikelpn_keras.integer.records import NormRecord, ScaleCodes, WeightRecord
from pikelpn_keras.walk import walk

IDENTITY_WINDOW = Window((1, 1), (1, 1), (1, 1), "valid")


@dataclasses.dataclass(frozen=True, eq=False)
class Accumulator:
    """A fused layer under construction: all but the grid of its output.

    Its value in channel c is `(sum + bias[c]) * multiplier[c] * 2**exponents[c]`. Layers hand it
    on, each with what it absorbs, until an activation gives it a grid and so makes it a node.

    Attributes:
        name: name of the layer that it comes from.
        source: the tensor that the sums read.
        node_type: class of the node to be.
        geometry: further fields of the node, such as its window.
        shape: output shape without the batch.
        kernel: integers, output channels innermost.
        bias, multiplier, exponents: int64 vectors, an entry for each channel.
        weights: how the kernel was quantized.
        norm: how the absorbed norm was quantized, or None.
        node_shape: shape that the node computes where a RESHAPE to `shape` shall follow it, or
            None.
    """

    name: str
    source: Tensor
    node_type: type[LinearNode]
    geometry: dict[str, Any]
    shape: tuple[int, ...]
    kernel: np.ndarray
    bias: np.ndarray
    multiplier: np.ndarray
    exponents: np.ndarray
    weights: WeightRecord
    norm: NormRecord | None = None
    node_shape: tuple[int, ...] | None = None

    def normed(self, norm, bias):
        """This accumulator behind a norm.

        Args:
            norm: the `NormRecord` by which it is multiplied.
            bias: int64 vector in its units, added first. Where the norm's sign is 0, nothing of the
                accumulator is left but this.
        """
        signs = norm.signs.astype(np.int64)
        return dataclasses.replace(
            self,
            kernel=self.kernel * signs.astype(self.kernel.dtype),
            bias=self.bias * signs + np.where(signs < 0, -bias, bias),
            multiplier=self.multiplier * norm.mantissas,
            exponents=self.exponents + norm.scales.exponents,
            norm=norm,
        )


@dataclasses.dataclass(frozen=True)
class Placeholder:
    """A model input that no QuantInput has put on a grid yet."""

    name: str
    shape: tuple[int, ...]


class GraphBuilder:
    """Collects the nodes of an `IntegerGraph` while layers lower themselves."""

    def __init__(self):
        self.inputs = {}
        self.nodes = []
        self._names = set()

    def unique_name(self, name):
        """`name`, with a number behind where it is taken."""
        number, unique = 0, name
        while unique in self._names:
            number += 1
            unique = f"{name}_{number}"
        self._names.add(unique)
        return unique

    def input(self, placeholder, grid):
        """The graph input of a model input, on `grid`."""
        known = self.inputs.get(placeholder.name)
        if known is not None and known.grid != grid:
            raise ValueError(
                f"model input '{placeholder.name}' is put on two grids, {known.grid} and {grid}; "
                "use one QuantInput for it"
            )
        if known is None:
            known = Tensor(self.unique_name(placeholder.name), placeholder.shape, grid)
            self.inputs[placeholder.name] = known
        return known

    def add(self, node: Node):
        """Adds a node and returns its output tensor."""
        self.nodes.append(node)
        return node.output

    def requantize(self, value, grid, name):
        """`value` on `grid`: an accumulator becomes its node, a tensor passes an identity kernel.

        A tensor that is on the grid already is returned as it is.

        Args:
            value: `Tensor` or `Accumulator`.
            grid: the `Grid` wanted.
            name: name of the layer that asks.
        """
        if isinstance(value, Tensor):
            if value.grid == grid:
                return value
            value = self.identity(value, f"{name}/requantize")
        shape = value.node_shape or value.shape
        node_name = value.name if shape == value.shape else f"{value.name}/image"
        try:
            node = value.node_type(
                inputs=(value.source,),
                output=Tensor(self.unique_name(node_name), shape, grid),
                kernel=value.kernel,
                bias=value.bias,
                multiplier=value.multiplier,
                shift=grid.exponent - value.exponents,
                weights=value.weights,
                norm=value.norm,
                **value.geometry,
            )
        except ValueError as error:
            raise ValueError(f"layer '{value.name}' has no integer form: {error}") from None
        return self.reshape(self.add(node), value.shape, value.name)

    def reshape(self, tensor, shape, name):
        """`tensor` in another shape; one that has it is returned as it is.

        Args:
            tensor: `Tensor`.
            shape: the shape wanted, without the batch.
            name: name of the tensor to be.
        """
        if tensor.shape == shape:
            return tensor
        return self.add(Reshape((tensor,), Tensor(self.unique_name(name), shape, tensor.grid)))

    def identity(self, tensor, name):
        """An accumulator that holds `tensor` unchanged."""
        channels, node_shape = tensor.shape[-1], tensor.shape
        if len(tensor.shape) == 1:
            node_type, geometry = Dense, {}
            kernel = np.eye(channels, dtype=np.int64)
        else:
            node_type, geometry = DepthwiseConv2D, {"window": IDENTITY_WINDOW}
            kernel = np.ones((1, 1, channels), np.int64)
            if len(tensor.shape) != 3:
                # A convolution reads images; what is none becomes one of height 1.
                node_shape = (1, math.prod(tensor.shape[:-1]), channels)
        zeros = np.zeros(channels, np.int64)
        return Accumulator(
            name=name,
            source=self.reshape(tensor, node_shape, f"{name}/input"),
            node_type=node_type,
            geometry=geometry,
            shape=tensor.shape,
            node_shape=node_shape,
            kernel=kernel,
            bias=zeros,
            multiplier=zeros + 1,
            exponents=zeros + tensor.grid.exponent,
            weights=WeightRecord("identity", {}, 1, ScaleCodes.from_exponents([0], 0)),
        )


def integer_graph(model):
    """The `IntegerGraph` of a Functional or Sequential model: what a device computes of it.

    Branches, shared layers and nested models are followed. Norms, activations and their quantizers
    merge into the layers before them.

    Args:
        model: a built keras.Model of layers of `pikelpn_keras.layers`, with one QuantInput for each
            input and a QuantReLU, QuantIdentity or other activation at each output.

    Returns:
        an `IntegerGraph`.

    Raises:
        ValueError: if the model is not built, has a layer without an integer meaning, ends in an
            accumulator or holds weights that are not finite; the sentence names the layer.

    Example:

    >>> import pikelpn_keras as pk
    >>> model = keras.Sequential([
    ...     keras.Input((8, 8, 1)), pk.layers.QuantInput(), pk.layers.QuantConv2D(4, 3),
    ...     pk.layers.QuantReLU(name="relu")])
    >>> graph = integer_graph(model)
    >>> graph.run(np.zeros((1, 8, 8, 1), "uint8")).shape
    (1, 6, 6, 4)
    """
    outputs = _keras_tensors(model, "outputs")
    graph = GraphBuilder()
    placeholders = [
        Placeholder(tensor._keras_history.operation.name, _shape_of(tensor, model))
        for tensor in _keras_tensors(model, "inputs")
    ]
    values = _lower_model(model, placeholders, graph)
    for tensor, value in zip(outputs, values, strict=True):
        _refuse_unfinished(tensor, value)
    missing = [p.name for p in placeholders if p.name not in graph.inputs]
    if missing:
        raise ValueError(f"model input '{missing[0]}' has no QuantInput; put one behind it")
    return IntegerGraph(
        name=model.name,
        inputs=tuple(graph.inputs[p.name] for p in placeholders),
        nodes=tuple(graph.nodes),
        outputs=tuple(value.name for value in values),
    )


def _keras_tensors(model, field):
    if not isinstance(model, keras.Model):
        raise ValueError(f"integer_graph takes a keras.Model, not {type(model).__name__}")
    try:
        return list(getattr(model, field))
    except (AttributeError, ValueError, TypeError):
        kind = type(model).__name__
        raise ValueError(
            f"model '{model.name}' ({kind}) has no symbolic inputs and outputs: integer_graph "
            "needs a built Functional or Sequential model (begin it with keras.Input)"
        ) from None


def _shape_of(tensor, model):
    shape = tuple(tensor.shape[1:])
    if None in shape:
        raise ValueError(
            f"input '{tensor._keras_history.operation.name}' of model '{model.name}' has the "
            f"open shape {shape}; "
            "a device needs sizes, so give keras.Input all of them"
        )
    return shape


def _lower_model(model, values, graph):
    """The values of the outputs of `model`, given those of its inputs."""

    def node_of(tensor):
        operation, node_index, _ = tensor._keras_history
        node = operation._inbound_nodes[node_index]
        if not node.input_tensors:
            raise ValueError(
                f"layer '{operation.name}' is not fed by an input of model '{model.name}'"
            )
        return operation, node.input_tensors, node.outputs

    def call(operation, values, _):
        return _lower_operation(operation, values, graph)

    inputs, outputs = (_keras_tensors(model, end) for end in ("inputs", "outputs"))
    return walk(inputs, outputs, values, node_of, call)


def _lower_operation(operation, values, graph):
    if isinstance(operation, keras.Model):
        return _lower_model(operation, values, graph)
    if not hasattr(operation, "lower"):
        raise ValueError(
            f"layer '{operation.name}' ({type(operation).__name__}) has no integer meaning; use "
            "a layer of pikelpn_keras.layers in its place"
        )
    for value in values:
        if isinstance(value, Placeholder) and not operation.starts_models:
            raise ValueError(
                f"{type(operation).__name__} '{operation.name}' reads model input '{value.name}' "
                "as plain floats; put a QuantInput between them"
            )
    return [operation.lower(graph, *values)]


def _refuse_unfinished(tensor, value):
    if not isinstance(value, Tensor):
        name = tensor._keras_history.operation.name
        raise ValueError(
            f"the model's output '{name}' is a 32-bit accumulator; end the model with "
            "QuantIdentity() or QuantReLU(), train and convert again"
        )


def bias_integers(layer, values):
    """Integer-valued floats of a bias as int64.

    Raises:
        ValueError: if one lies beyond int32.
    """
    values = keras.ops.convert_to_numpy(values)
    largest = np.abs(values).max(initial=0)
    if not largest < 2**31:
        raise ValueError(
            f"{type(layer).__name__} '{layer.name}' has a bias of {largest:.3g} accumulator "
            "units, beyond "
            "int32; its weights are too small beside its bias, so train again or rescale them"
        )
    return values.astype(np.int64)


def read_grid(layer, value):
    """The `Tensor` that `layer` reads; refuses accumulators.

    Raises:
        ValueError: if `value` is an accumulator.
    """
    if isinstance(value, Accumulator):
        raise ValueError(
            f"{type(layer).__name__} '{layer.name}' reads the 32-bit accumulator of "
            f"'{value.name}'; put QuantReLU or QuantIdentity between them"
        )
    return value
