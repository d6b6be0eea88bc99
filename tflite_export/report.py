"""`Report`: what `verify` found."""

import collections
import dataclasses
from collections.abc import Mapping

from tflite_export.proof import KERAS


@dataclasses.dataclass(frozen=True)
class Report:
    """Runtimes compared with the model's integers in NumPy.

    Attributes:
        compared: output integers compared on each runtime.
        mismatches: how many of them differ, by runtime.
        skipped: why a runtime was left out, by runtime.
        first_difference: the first tensor, in graph order, that differs, by runtime; the name of an
            output where inner tensors cannot be seen. Runtimes without differences are left out.
        classes: class of the encoding (contract, section 5), by layer.
        unproven: why a layer is not proven exact everywhere, by layer.

    Example:

    >>> print(Report(1000, {"xnnpack": 0, "builtin": 3}, {"tflm": "tflite_micro is not installed"},
    ...              {"builtin": "conv"}, {"conv": "C"}, {"conv": "no spare bit (builtin)"}))
    runtime              differing of 1,000 integers
    xnnpack              0
    builtin              3, first in 'conv'
    tflm                 skipped: tflite_micro is not installed
    layers by class      C: 1
    not proven exact     conv: no spare bit (builtin)
    """

    compared: int
    mismatches: Mapping[str, int]
    skipped: Mapping[str, str]
    first_difference: Mapping[str, str]
    classes: Mapping[str, str]
    unproven: Mapping[str, str]

    @property
    def exact(self):
        """Whether a runtime besides Keras computed the file and no integer differs anywhere."""
        return bool(set(self.mismatches) - {KERAS}) and not any(self.mismatches.values())

    def __str__(self):
        return "\n".join(f"{key:<20} {value}" for key, value in self._rows())

    def _rows(self):
        yield "runtime", f"differing of {self.compared:,} integers"
        for name, count in self.mismatches.items():
            first = self.first_difference.get(name)
            yield name, f"{count:,}, first in '{first}'" if first else f"{count:,}"
        for name, reason in self.skipped.items():
            yield name, f"skipped: {reason}"
        counts = collections.Counter(self.classes.values())
        if counts:
            listed = ", ".join(f"{name}: {counts[name]}" for name in sorted(counts))
            yield "layers by class", listed
        for layer, reason in self.unproven.items():
            yield "not proven exact", f"{layer}: {reason}"
