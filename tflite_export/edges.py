"""The edges of a .tflite file: types, shapes and zero points of its inputs and outputs."""

import dataclasses

import numpy as np
from ai_edge_litert import schema_py_generated as schema

from tflite_export.flatbuffer import unpack

_DTYPES = {schema.TensorType.INT8: np.int8, schema.TensorType.UINT8: np.uint8}


@dataclasses.dataclass(frozen=True)
class Edge:
    """An input or output of a file.

    Attributes:
        name: the tensor's name.
        shape: shape without the batch dimension.
        dtype: NumPy integer type.
        zero_point: the stored integer that stands for 0.

    Example:

    >>> edge = Edge("x", (2,), np.int8, -128)
    >>> edge.store(np.array([0, 255]))
    array([-128,  127], dtype=int8)
    >>> edge.load(np.array([-128, 127], np.int8))
    array([  0, 255], dtype=int32)
    """

    name: str
    shape: tuple[int, ...]
    dtype: type
    zero_point: int

    def store(self, integers):
        """Grid integers as the tensor stores them."""
        return (np.asarray(integers, np.int32) + self.zero_point).astype(self.dtype)

    def load(self, stored):
        """Grid integers, int32, of what the tensor stores."""
        return stored.astype(np.int32) - self.zero_point


@dataclasses.dataclass(frozen=True)
class Edges:
    """All inputs and outputs of a file, in its order."""

    inputs: tuple[Edge, ...]
    outputs: tuple[Edge, ...]


def edges_of(tflite):
    """The `Edges` of a file.

    Raises:
        ValueError: if the bytes are no .tflite file, or an edge is not an int8 or uint8 tensor.

    Example:

    >>> from pikelpn_keras.integer import Grid, IntegerGraph
    >>> from pikelpn_keras.integer.nodes import Add, Tensor
    >>> from tflite_export import convert
    >>> x, y = Tensor("x", (4,), Grid(-8)), Tensor("y", (4,), Grid(-8))
    >>> edges_of(convert(IntegerGraph("double", (x,), (Add((x, x), y),), ("y",)))).outputs
    (Edge(name='y', shape=(4,), dtype=<class 'numpy.int8'>, zero_point=0),)
    """
    subgraph = unpack(tflite).subgraphs[0]
    return Edges(
        tuple(_edge(subgraph.tensors[index]) for index in subgraph.inputs),
        tuple(_edge(subgraph.tensors[index]) for index in subgraph.outputs),
    )


def _edge(tensor):
    name = tensor.name.decode()
    if tensor.type not in _DTYPES:
        raise ValueError(
            f"tensor '{name}' of the file is neither int8 nor uint8; pass a file that "
            "tflite_export.convert wrote"
        )
    return Edge(
        name,
        tuple(int(size) for size in tensor.shape[1:]),
        _DTYPES[tensor.type],
        int(tensor.quantization.zeroPoint[0]),
    )
