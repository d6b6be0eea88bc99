"""What every node of an `IntegerGraph` is."""

import abc
import dataclasses

from pikelpn_keras.integer.grid import Grid


@dataclasses.dataclass(frozen=True)
class Tensor:
    """A named tensor of an `IntegerGraph`.

    Attributes:
        name: unique in its graph.
        shape: shape without the batch dimension.
        grid: where its values lie.
    """

    name: str
    shape: tuple[int, ...]
    grid: Grid


@dataclasses.dataclass(frozen=True, eq=False)
class Node(abc.ABC):
    """One operator: integers in, integers out.

    Attributes:
        inputs: the tensors it reads.
        output: the tensor it writes; its name names the node.
    """

    inputs: tuple[Tensor, ...]
    output: Tensor

    @property
    def name(self):
        """The node's name, that of its output."""
        return self.output.name

    @abc.abstractmethod
    def run(self, *inputs):
        """Computes the output integers.

        Args:
            *inputs: int32 arrays of shape `(batch, *tensor.shape)`, one for each input tensor.

        Returns:
            int32 array of shape `(batch, *output.shape)`.

        Raises:
            OverflowError: if an accumulator leaves int32.
        """
