"""How weights lie in the file: one a byte, or two 4-bit weights a byte."""

import dataclasses

import numpy as np
from ai_edge_litert import schema_py_generated as schema


@dataclasses.dataclass(frozen=True)
class WeightStorage:
    """A storage type of weights.

    Attributes:
        name: "int8" or "int4".
        tensor_type: member of the schema's `TensorType`.
        limit: largest absolute weight; kernels rely on a symmetric range.
    """

    name: str
    tensor_type: int
    limit: int

    def pack(self, weights):
        """The bytes of int8 `weights` in the file, first weight in the lower half of a byte.

        Example:

        >>> INT4.pack(np.array([1, -1, 7], np.int8))
        array([241,   7], dtype=uint8)
        """
        flat = np.ascontiguousarray(weights).view(np.uint8).ravel()
        if self.name == "int8":
            return flat
        nibbles = np.pad(flat & 15, (0, flat.size % 2))
        return nibbles[::2] | nibbles[1::2] << 4


INT8 = WeightStorage("int8", schema.TensorType.INT8, 127)
INT4 = WeightStorage("int4", schema.TensorType.INT4, 7)
STORAGES = {storage.name: storage for storage in (INT8, INT4)}
