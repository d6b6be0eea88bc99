"""Which function counts the work of which Keras layer."""

import dataclasses
import math
from typing import Any

from pikelpn_keras.cost.formats import Formats

_COUNTERS = {}


@dataclasses.dataclass(frozen=True)
class LayerCall:
    """One call of a Keras layer.

    Attributes:
        layer: the layer.
        input_shapes: shapes of its inputs without the batch.
        output_shape: shape of its output without the batch.
        formats: `Formats` that it computes in.
    """

    layer: Any
    input_shapes: tuple[tuple[int, ...], ...]
    output_shape: tuple[int, ...]
    formats: Formats

    @property
    def elements(self):
        """How many numbers it gives."""
        return math.prod(self.output_shape)


def counts(*layer_classes):
    """Decorator: registers a function as the one that counts layers of some classes.

    The function takes a `LayerCall` and returns its `Work` for one image. Classes derived from
    these are counted by it too.
    """

    def register(function):
        for layer_class in layer_classes:
            _COUNTERS[layer_class] = function
        return function

    return register


def counter_of(layer):
    """The function that counts `layer`, or None."""
    found = (_COUNTERS[kind] for kind in type(layer).__mro__ if kind in _COUNTERS)
    return next(found, None)
