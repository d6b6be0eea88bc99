"""What the nodes that join tensors of one unit share."""

import dataclasses

from pikelpn_keras.integer.nodes.base import Node


@dataclasses.dataclass(frozen=True, eq=False)
class OneGridNode(Node):
    """Base of the nodes whose inputs and output count in the same unit, so that nothing rounds.

    Raises:
        ValueError: if the exponents of inputs and output differ.
    """

    def __post_init__(self):
        exponents = [tensor.grid.exponent for tensor in (*self.inputs, self.output)]
        if len(set(exponents)) > 1:
            raise ValueError(
                f"{type(self).__name__.lower()} '{self.name}' meets grids of exponents "
                f"{exponents[:-1]} and gives {exponents[-1]}; all must be equal"
            )
