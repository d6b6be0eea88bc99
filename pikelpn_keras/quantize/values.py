"""What flows between conversions: the quantized counterpart of a float tensor."""

import dataclasses
from typing import Any

import numpy as np

from pikelpn_keras.quantize.folding import NormParameters


@dataclasses.dataclass(frozen=True, eq=False)
class OnGrid:
    """A tensor of the quantized model, and the affine map that makes the float value of it.

    The float value is `tensor * scale + offset`. Layers with a kernel take the map into their
    weights; it is the identity behind everything but the input.

    Attributes:
        tensor: a KerasTensor on a grid.
        scale, offset: float64 arrays, a scalar or one entry for each channel.
        is_input: whether only the input and its normalisation lie before it.
    """

    tensor: Any
    scale: np.ndarray = dataclasses.field(default_factory=lambda: np.ones(()))
    offset: np.ndarray = dataclasses.field(default_factory=lambda: np.zeros(()))
    is_input: bool = False

    @property
    def plain(self):
        """Whether the map is the identity."""
        return bool(np.all(self.scale == 1) and np.all(self.offset == 0))

    @property
    def shape(self):
        """Shape with the batch."""
        return self.tensor.shape


@dataclasses.dataclass(frozen=True, eq=False)
class Product:
    """A layer with a kernel that waits for a norm and an activation.

    Attributes:
        kind: a `KernelKind`.
        layer: the float layer that it comes from.
        name: what the quantized layer shall be called.
        source: the KerasTensor that it reads.
        reads_input: whether that is the model's input.
        kernel, bias: float64 arrays.
        arguments: arguments of the quantized layer besides name, bias and quantizer.
        norm: `NormParameters` of a norm behind it, or None.
    """

    kind: Any
    layer: Any
    name: str
    source: Any
    reads_input: bool
    kernel: np.ndarray
    bias: np.ndarray
    arguments: dict[str, Any]
    norm: NormParameters | None = None


@dataclasses.dataclass(frozen=True, eq=False)
class Sum:
    """A residual addition that waits for an activation.

    Attributes:
        layer: the float layer.
        terms: the two KerasTensors.
    """

    layer: Any
    terms: tuple[Any, Any]
