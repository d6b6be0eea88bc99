"""In which formats the layers of a model compute."""

import dataclasses

from pikelpn_keras.cost.number_formats import NumberFormat, number_format


@dataclasses.dataclass(frozen=True)
class Formats:
    """Formats of a layer's operands, or those that a model is supposed to run in.

    Attributes:
        weights: of kernels.
        activations: of what kernels meet.
        elementwise: of norms, scales, activation functions, additions and pooling.

    Each may be given by its name.

    Example:

    >>> Formats("int4", "int4", "float32").rescales
    True
    """

    weights: NumberFormat
    activations: NumberFormat
    elementwise: NumberFormat

    def __post_init__(self):
        for field in dataclasses.fields(self):
            object.__setattr__(self, field.name, number_format(getattr(self, field.name)))

    @property
    def rescales(self):
        """Whether sums of products are integers, which a scale turns into values."""
        return not (self.weights.floating or self.activations.floating)
