"""The parts of a listed .tflite file."""

import dataclasses
import math
from collections.abc import Mapping
from typing import Any

import numpy as np


@dataclasses.dataclass(frozen=True, eq=False)
class Tensor:
    """A tensor of a subgraph.

    Attributes:
        name: its name; may be empty or occur twice.
        shape: its shape, batch included.
        dtype: "int8", "float32", "int4" and so on; "type 99" for a number the schema lacks.
        scales: float32 array of quantization scales: none, one, or one for each channel.
        zero_points: int64 array, as long as `scales` or empty.
        quantized_dimension: the axis that several scales run along.
        data: array of the shape, where the file holds the tensor's numbers, else None. Numbers of 2
            and 4 bits take a byte each; of a type that NumPy lacks, and where the file leaves
            zeros out (`sparse`), these are the bytes of the file.
        stored_bytes: bytes that `data` take in the file.
        sparse: whether the file leaves zeros out.
        shape_signature: the shape with -1 where it is open; empty where the file does not say.
        is_variable: whether it keeps its numbers from one run to the next.
    """

    name: str
    shape: tuple[int, ...]
    dtype: str
    scales: np.ndarray
    zero_points: np.ndarray
    quantized_dimension: int = 0
    data: np.ndarray | None = None
    stored_bytes: int = 0
    sparse: bool = False
    shape_signature: tuple[int, ...] = ()
    is_variable: bool = False

    @property
    def size(self):
        """How many numbers it holds; sizes that are open count as 1."""
        return math.prod(max(size, 1) if size < 0 else size for size in self.shape)


@dataclasses.dataclass(frozen=True)
class Operator:
    """An operator of a subgraph.

    Attributes:
        name: "CONV_2D"; the given name of a custom operator; "OPERATOR_999" for a number the schema
            lacks.
        version: its version.
        inputs: indices of the tensors it reads; -1 for one that is left out.
        outputs: indices of the tensors it writes.
        options: its options by the schema's names: ints, floats, bools, tuples, and strings such as
            "SAME" and "RELU".
        custom: whether it is a custom operator.
        custom_options: the options of a custom operator, bytes.
    """

    name: str
    version: int
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]
    options: Mapping[str, Any]
    custom: bool = False
    custom_options: bytes = b""


@dataclasses.dataclass(frozen=True)
class Subgraph:
    """A subgraph; `inputs` and `outputs` are indices into `tensors`."""

    name: str
    tensors: tuple[Tensor, ...]
    operators: tuple[Operator, ...]
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]


@dataclasses.dataclass(frozen=True, eq=False)
class OperatorList:
    """A .tflite file.

    Attributes:
        subgraphs: the subgraphs; without a signature, a runtime runs the first.
        description: what its writer says of it.
        metadata: bytes by name.
        attachments: names of the files in a zip archive behind the model.
        size: bytes of the file.
        signatures: index of a subgraph by the name of the signature that runs it.
    """

    subgraphs: tuple[Subgraph, ...]
    description: str
    metadata: Mapping[str, bytes]
    attachments: tuple[str, ...]
    size: int
    signatures: Mapping[str, int] = dataclasses.field(default_factory=dict)

    def subgraph_index(self, which):
        """The place of a subgraph that is named by its place, its signature or its own name.

        Raises:
            ValueError: if there is none; the sentence tells which there are.

        Example:

        >>> graphs = tuple(Subgraph(name, (), (), (), ()) for name in ("main", "train"))
        >>> listed = OperatorList(graphs, "", {}, (), 0, signatures={"serve": 0})
        >>> listed.subgraph_index("serve"), listed.subgraph_index("train")
        (0, 1)
        """
        names = [subgraph.name for subgraph in self.subgraphs]
        if isinstance(which, str):
            if which in self.signatures:
                return self.signatures[which]
            if names.count(which) == 1:
                return names.index(which)
        elif which in range(len(names)):
            return which
        raise ValueError(
            f"the file has no single subgraph {which!r:.60}: give one of 0 to {len(names) - 1}, a "
            f"signature ({', '.join(self.signatures) or 'it has none'}) or a name "
            f"({', '.join(name or '(empty)' for name in names)})"
        )
