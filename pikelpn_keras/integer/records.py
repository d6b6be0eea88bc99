"""What a node remembers of its quantization: the codes that the device model stores."""

import dataclasses
from collections.abc import Mapping
from typing import Any

import numpy as np

from pikelpn_keras.integer.arrays import frozen_array


@dataclasses.dataclass(frozen=True, eq=False)
class ScaleCodes:
    """Double Quantization: power-of-two scales stored as small codes.

    The scale of channel c is `2**(layer_exponent - offsets[c])`.

    Attributes:
        layer_exponent: the largest exponent of the layer, an int8.
        offsets: uint8 array, one code a channel, or one in all for a per-tensor scale.
        bits: width of a code.

    Example:

    >>> ScaleCodes.from_exponents([-4, -6, -5], bits=4).offsets
    array([0, 2, 1], dtype=uint8)
    """

    layer_exponent: int
    offsets: np.ndarray
    bits: int

    def __post_init__(self):
        object.__setattr__(self, "offsets", frozen_array(self.offsets, np.uint8))
        if not -128 <= self.layer_exponent <= 127:
            raise ValueError(f"layer exponent {self.layer_exponent} does not fit 8 bits")
        if self.offsets.size and int(self.offsets.max()) >= 2**self.bits:
            raise ValueError(
                f"scale offset {self.offsets.max()} does not fit {self.bits} bits; raise scale_bits"
            )

    @classmethod
    def from_exponents(cls, exponents, bits):
        """The codes of given exponents; refuses exponents that lie too far apart."""
        exponents = np.asarray(exponents, np.int64)
        top = int(exponents.max())
        offsets = top - exponents
        if offsets.max() >= 2**bits:
            raise ValueError(
                f"scale exponents from {exponents.min()} to {top} do not fit offsets of {bits} "
                "bits; raise scale_bits"
            )
        return cls(top, offsets, bits)

    @property
    def exponents(self):
        """int64 array of the exponents."""
        return self.layer_exponent - self.offsets.astype(np.int64)


@dataclasses.dataclass(frozen=True, eq=False)
class WeightRecord:
    """How a kernel was quantized.

    Attributes:
        quantizer: the quantizer's class name, for example "UniformQuantizer".
        settings: its configuration, as `get_config` gives it.
        bits: bits that one weight needs.
        scales: codes of the kernel's scales.
    """

    quantizer: str
    settings: Mapping[str, Any]
    bits: int
    scales: ScaleCodes


@dataclasses.dataclass(frozen=True, eq=False)
class NormRecord:
    """How a QuantNorm that a node has absorbed was quantized.

    The multiplier of channel c is `signs[c] * mantissas[c] * 2**exponent[c]`.

    Attributes:
        scales: codes of the exponents.
        mantissas: int32 array; all ones where multipliers are powers of two.
        mantissa_bits: width of a mantissa; 1 for powers of two.
        signs: int8 array of +1, -1 and, for a channel whose output is its bias, 0; already folded
            into the node's kernel and bias.
    """

    scales: ScaleCodes
    mantissas: np.ndarray
    mantissa_bits: int
    signs: np.ndarray

    def __post_init__(self):
        object.__setattr__(self, "mantissas", frozen_array(self.mantissas, np.int32))
        object.__setattr__(self, "signs", frozen_array(self.signs, np.int8))
