"""The arrays of nodes, which their records leave to the operators.

A node whose fields are all in the record needs nothing here.
"""

import dataclasses
import math

import numpy as np

from pikelpn_keras.integer.nodes import (
    AveragePool2D,
    Conv2D,
    Conv2DTranspose,
    Dense,
    DepthwiseConv2D,
    GlobalAveragePool,
    Lookup,
)
from tflite_export import int8
from tflite_export.operators.global_average_pool import kernel_shape
from tflite_export.reading.decoding import SCHEMES, Stored, decode
from tflite_export.reading.errors import UnfitRecordError

_RESTORERS = {}


@dataclasses.dataclass(frozen=True, eq=False)
class Remains:
    """What is known of a node before its arrays are.

    Attributes:
        inputs: the graph tensors it reads.
        output: the graph tensor it writes.
        fields: its fields that the record keeps.
        encoding: class of its encoding.
        constants: the tensors with data that its operators read, by the part of the name behind
            that of the node: "kernel", "bias".
    """

    inputs: tuple
    output: object
    fields: dict
    encoding: str
    constants: dict


def restores(*node_types):
    """Decorator: registers a function from a `Remains` to the array fields of such nodes.

    Example:

    >>> class Shuffle:
    ...     pass
    >>> @restores(Shuffle)
    ... def restore_shuffle(remains):
    ...     return {"order": remains.constants["order"].data}
    """

    def register(function):
        _RESTORERS.update(dict.fromkeys(node_types, function))
        return function

    return register


def array_fields(node_type, remains):
    """The array fields of a node of class `node_type`.

    Raises:
        UnfitRecordError: if the operators are not those of such a node.
    """
    for base in node_type.__mro__:
        if base in _RESTORERS:
            return _RESTORERS[base](remains)
    return {}


def _linear(remains, arrange):
    """The fields of a fused layer; `arrange` puts the output channels of its kernel innermost."""
    kernel, bias = remains.constants["kernel"], remains.constants["bias"]
    (x,), grid, norm = remains.inputs, remains.output.grid, remains.fields["norm"]
    channels = remains.output.shape[-1]
    if channels > bias.data.size:
        raise UnfitRecordError(f"'{remains.output.name}' has {bias.data.size} biases")
    multiplier = np.ones(channels, np.int64)
    if norm is not None:
        multiplier = multiplier * norm.mantissas
    # Of a transposed convolution the file holds the channels of every phase.
    scales = np.broadcast_to(kernel.scales, bias.shape)[:channels]
    stored = Stored(arrange(kernel.data), bias.data[:channels], scales)
    exponent = grid.exponent - x.grid.exponent
    return decode(stored, SCHEMES[remains.encoding], multiplier, exponent)


@restores(Conv2D)
def _conv2d(remains):
    return _linear(remains, lambda kernel: np.moveaxis(kernel, 0, -1))


@restores(DepthwiseConv2D)
def _depthwise_conv2d(remains):
    return _linear(remains, lambda kernel: kernel[0])


@restores(Dense)
def _dense(remains):
    return _linear(remains, np.transpose)


@restores(Conv2DTranspose)
def _conv2d_transpose(remains):
    stride, channels = remains.fields["stride"], remains.output.shape[-1]

    def merged(kernel):
        if stride < 1 or kernel.shape[0] != stride**2 * channels:
            raise UnfitRecordError(f"'{remains.output.name}' has another stride than {stride}")
        return _without_phases(kernel, stride, channels)

    return _linear(remains, merged)


def _without_phases(kernel, stride, channels):
    """The kernel of a transposed convolution from that of all its phases."""
    _, rows, columns, inputs = kernel.shape
    phases = kernel.reshape(stride, stride, channels, rows, columns, inputs)
    taps = phases.transpose(3, 0, 4, 1, 5, 2)[::-1, :, ::-1]
    merged = taps.reshape(rows * stride, columns * stride, inputs, channels)
    # The phases that have no last tap hold zeros in its place.
    height, width = (
        next(
            (
                size
                for size in range(full, full - stride + 1, -1)
                if merged.take(size - 1, axis).any()
            ),
            full - stride + 1,
        )
        for axis, full in enumerate(merged.shape[:2])
    )
    return merged[:height, :width]


@restores(AveragePool2D)
def _average_pool2d(remains):
    return _average(remains, (*remains.fields["window"].size, remains.inputs[0].shape[-1]))


@restores(GlobalAveragePool)
def _global_average_pool(remains):
    return _average(remains, kernel_shape(remains.inputs[0].shape))


def _average(remains, kernel):
    """Nothing; but a kernel of that shape must be there, since it is written again."""
    (x,), y = remains.inputs, remains.output
    if remains.constants["kernel"].size != math.prod(kernel) or x.shape[-1] != y.shape[-1]:
        raise UnfitRecordError(f"'{y.name}' averages another window")
    return {}


@restores(Lookup)
def _lookup(remains):
    table = remains.constants["table"].data
    return {"table": table.astype(np.int32) - int8.zero_point(remains.output.grid)}
