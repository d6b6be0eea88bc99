"""The numbers of constant tensors."""

import math

import numpy as np

from tflite_export.reading.errors import BrokenFileError

_NUMPY_TYPES = {
    "float16": np.float16,
    "float32": np.float32,
    "float64": np.float64,
    "int8": np.int8,
    "int16": np.int16,
    "int32": np.int32,
    "int64": np.int64,
    "uint8": np.uint8,
    "uint16": np.uint16,
    "uint32": np.uint32,
    "uint64": np.uint64,
    "bool": np.bool_,
    "complex64": np.complex64,
    "complex128": np.complex128,
}
# Types of numbers that share a byte: bits of each, whether they are signed.
PACKED = {"int4": (4, True), "uint4": (4, False), "int2": (2, True)}


def decode(name, stored, dtype, shape):
    """The numbers of a tensor.

    Args:
        name: the tensor's name.
        stored: uint8 array, its bytes in the file.
        dtype: its type, as `Tensor.dtype` has it; for an unknown one the bytes are the result.
        shape: its shape.

    Returns:
        array, or None where nothing is stored.

    Raises:
        BrokenFileError: if the bytes do not fit the shape.

    Example:

    >>> decode("x", np.array([0xF1, 0x07], np.uint8), "int4", [3])
    array([ 1, -1,  7], dtype=int8)
    """
    if not stored.size:
        return None
    if dtype not in _NUMPY_TYPES and dtype not in PACKED:
        return stored
    count = math.prod(shape)
    bits = PACKED[dtype][0] if dtype in PACKED else 8 * np.dtype(_NUMPY_TYPES[dtype]).itemsize
    if min(shape, default=0) < 0 or stored.size != -(-count * bits // 8):
        raise BrokenFileError(
            f"this .tflite file is damaged: tensor '{name}' of shape {tuple(shape)} and type "
            f"{dtype} has {stored.size} bytes of data"
        )
    if dtype in PACKED:
        return _unpacked(stored, *PACKED[dtype])[:count].reshape(shape)
    return stored.view(np.dtype(_NUMPY_TYPES[dtype]).newbyteorder("<")).reshape(shape)


def _unpacked(stored, bits, signed):
    """The numbers of `bits` bits, the lowest of a byte first, as int8 or uint8."""
    mask = 2**bits - 1
    numbers = np.stack([stored >> shift & mask for shift in range(0, 8, bits)], -1).ravel()
    if not signed:
        return numbers
    half = 2 ** (bits - 1)
    return (numbers.astype(np.int8) ^ half) - half
