"""Which function counts the work of which operator."""

import dataclasses
from typing import Any

from pikelpn_keras.cost import NumberFormat, number_format
from tflite_export.operator_list import Tensor

_COUNTERS = {}
_OTHER_FORMATS = {"bool": NumberFormat(1), "complex64": NumberFormat(64, floating=True)}


@dataclasses.dataclass(frozen=True)
class Call:
    """One operator with its tensors.

    Attributes:
        operator: the `Operator`.
        inputs: the tensors it reads; None for one that is left out. In the place of constants that
            an operator before it has made floats of stand the constants themselves.
        outputs: the tensors it writes.
    """

    operator: Any
    inputs: tuple[Tensor | None, ...]
    outputs: tuple[Tensor, ...]

    @property
    def output(self):
        """The first tensor it writes."""
        return self.outputs[0]

    @property
    def floating(self):
        """Whether it computes in floats."""
        return format_of(self.output).floating

    def input(self, index):
        """The input of an index; None where there is none."""
        return self.inputs[index] if index < len(self.inputs) else None


def format_of(tensor):
    """The `NumberFormat` of a tensor.

    Raises:
        ValueError: if its type is no number.
    """
    return _OTHER_FORMATS.get(tensor.dtype) or number_format(tensor.dtype)


def holds_numbers(tensor):
    """Whether a tensor has a `NumberFormat`."""
    try:
        format_of(tensor)
    except ValueError:
        return False
    return True


def counts(*names):
    """Decorator: registers a function as the one that counts operators of some names.

    The function takes a `Call` and returns its `Work` for one run of the file.

    Example:

    >>> @counts("EXAMPLE")
    ... def example(call):
    ...     return Work()
    >>> counter_of("EXAMPLE") is example
    True
    """

    def register(function):
        for name in names:
            _COUNTERS[name] = function
        return function

    return register


def counter_of(name):
    """The function that counts operators of a name, or None."""
    return _COUNTERS.get(name)


def scale_of(tensor):
    """The one quantization scale of a tensor as a float, or None."""
    return float(tensor.scales[0]) if len(tensor.scales) == 1 else None
