"""One operator of a file, with what it reads and writes."""

import dataclasses

import numpy as np

from pikelpn_keras.integer.kernels.families import KernelFamily
from pikelpn_keras.integer.nodes import Tensor
from tflite_export.reading import listing
from tflite_export.reading.errors import UnsupportedModelError


@dataclasses.dataclass(frozen=True, eq=False)
class Call:
    """An operator that becomes a node.

    Attributes:
        operator: the `Operator`.
        family: the `KernelFamily` to match.
        inputs: its inputs: graph `Tensor`s, and the listed tensors of constants; None for one that
            is left out.
        output: the graph `Tensor` that it writes.
    """

    operator: listing.Operator
    family: KernelFamily
    inputs: tuple[Tensor | listing.Tensor | None, ...]
    output: Tensor

    remedy = "operator_list, inspect and the runtimes still take the file"

    def refuse(self, reason):
        """Raises an `UnsupportedModelError` that names the operator."""
        raise UnsupportedModelError(
            f"operator {self.operator.name} that writes '{self.output.name}' {reason}; "
            f"{self.remedy}"
        )

    def activation(self, index):
        """The graph tensor at an input; refuses constants."""
        if not isinstance(self._input(index), Tensor):
            self.refuse(f"reads no activation at input {index}")
        return self.inputs[index]

    @property
    def activations(self):
        """All inputs, as graph tensors."""
        return tuple(self.activation(index) for index in range(len(self.inputs)))

    def constant(self, index, *dtypes):
        """The listed tensor of a constant input of one of the types."""
        tensor = self._input(index)
        if not isinstance(tensor, listing.Tensor) or tensor.dtype not in dtypes or tensor.sparse:
            self.refuse(f"has no constant of type {' or '.join(dtypes)} at input {index}")
        return tensor

    def option(self, name, *values):
        """The option of that name; refuses values that are none of `values`, if there are any."""
        value = self.operator.options.get(name)
        if value is None or (values and value not in values):
            self.refuse(f"has the {name.replace('_', ' ')} {value}")
        return value

    @property
    def clamps(self):
        """{"low": ..., "high": ...}: where its fused activation ends the output's grid."""
        grid = self.output.grid
        name = self.option("fused_activation_function", "NONE", "RELU", "RELU6", "RELU_N1_TO_1")
        bounds = {"RELU": (0, None), "RELU6": (0, 6), "RELU_N1_TO_1": (-1, 1)}
        low, high = bounds.get(name, (None, None))
        return {
            "low": grid.low if low is None else max(grid.low, _integer(low, grid)),
            "high": grid.high if high is None else min(grid.high, _integer(high, grid)),
        }

    def _input(self, index):
        if index >= len(self.inputs):
            self.refuse(f"has no input {index}")
        return self.inputs[index]


def _integer(value, grid):
    """A value on the grid, as TFLite rounds activation bounds: halves away from 0."""
    ratio = np.float32(value) / np.float32(grid.scale)
    return int(np.copysign(np.floor(np.abs(ratio) + np.float32(0.5)), ratio))
