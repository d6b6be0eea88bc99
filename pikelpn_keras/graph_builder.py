"""What layers lower themselves to: fused layers under construction and the graph they end in."""

import dataclasses
import math
import warnings
from typing import Any

import keras
import numpy as np

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
    """A model input that no QuantInput has put on a grid yet.

    Attributes:
        name: name of the input.
        shape: its shape without the batch.
        dtype: what Keras casts it to, or None where it is left as it is fed.
    """

    name: str
    shape: tuple[int, ...]
    dtype: str | None


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
            if placeholder.dtype is not None and keras.backend.is_float_dtype(placeholder.dtype):
                warnings.warn(
                    f"model input '{placeholder.name}' makes floats of the pixels that it is fed "
                    "before the nested model's QuantInput takes them for grid integers; declare "
                    f"keras.Input(..., dtype='uint8'), or feed values up to "
                    f"{grid.high * 2.0**grid.exponent:.3g}",
                    stacklevel=2,
                )
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
