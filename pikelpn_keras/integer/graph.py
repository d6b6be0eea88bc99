"""`IntegerGraph`: a whole model in integers."""

import dataclasses

import numpy as np

from pikelpn_keras.integer.nodes import Node, Tensor


@dataclasses.dataclass(frozen=True, eq=False)
class IntegerGraph:
    """A model as integers: what the device computes, in NumPy.

    Training ends in it (`pikelpn_keras.integer_graph`), every target starts from it
    (`tflite_export.convert`) and the cost is counted on it.

    Attributes:
        name: the model's name.
        inputs: the input tensors.
        nodes: the operators, each after those it reads.
        outputs: names of the output tensors.

    Raises:
        ValueError: if a tensor is read before it is written or a name occurs twice.

    Example:

    >>> from pikelpn_keras.integer.grid import Grid
    >>> from pikelpn_keras.integer.nodes import Add
    >>> x, y = Tensor("x", (2,), Grid(-8)), Tensor("y", (2,), Grid(-8))
    >>> IntegerGraph("double", (x,), (Add((x, x), y),), ("y",)).run(np.array([[3, -100]]))
    array([[   6, -128]], dtype=int32)
    """

    name: str
    inputs: tuple[Tensor, ...]
    nodes: tuple[Node, ...]
    outputs: tuple[str, ...]

    def __post_init__(self):
        known = {tensor.name: tensor for tensor in self.inputs}
        if len(known) < len(self.inputs):
            raise ValueError(f"graph '{self.name}' has two inputs of one name")
        for node in self.nodes:
            for tensor in node.inputs:
                if known.get(tensor.name) != tensor:
                    raise ValueError(f"node '{node.name}' reads unknown tensor '{tensor.name}'")
            if node.name in known:
                raise ValueError(f"graph '{self.name}' has two tensors named '{node.name}'")
            known[node.name] = node.output
        for name in self.outputs:
            if name not in known:
                raise ValueError(f"graph '{self.name}' has no tensor for its output '{name}'")

    @property
    def tensors(self):
        """All tensors by name: inputs first, then one for each node, in order."""
        return {t.name: t for t in (*self.inputs, *(node.output for node in self.nodes))}

    def run(self, *inputs, batch_size=64):
        """Computes the model on integers.

        Args:
            *inputs: one array for each graph input, `(batch, *shape)`. Integers are grid integers,
                floats are values that are rounded to the input grid.
            batch_size: images computed at a time; it bounds the memory.

        Returns:
            int32 array of output integers `(batch, *shape)`; a tuple of them where the graph has
            several outputs.

        Raises:
            ValueError: if the inputs do not fit the graph.
            OverflowError: if an accumulator leaves int32.
        """
        integers = self.input_integers(*inputs)
        batches = [
            self.trace(*(array[start : start + batch_size] for array in integers))
            for start in range(0, max(len(integers[0]), 1), batch_size)
        ]
        outputs = tuple(
            np.concatenate([tensors[name] for tensors in batches]) for name in self.outputs
        )
        return outputs[0] if len(outputs) == 1 else outputs

    def input_integers(self, *inputs):
        """The grid integers of `inputs`, as a list with one int32 array for each graph input."""
        if len(inputs) != len(self.inputs):
            raise ValueError(
                f"graph '{self.name}' takes {len(self.inputs)} inputs, not {len(inputs)}"
            )
        arrays = []
        for array, tensor in zip(inputs, self.inputs, strict=True):
            array = np.asarray(array)
            if array.shape[1:] != tensor.shape:
                raise ValueError(
                    f"input '{tensor.name}' has shape {array.shape}; (batch, "
                    f"{', '.join(map(str, tensor.shape))}) is needed"
                )
            arrays.append(tensor.grid.integers(array))
        if len({len(array) for array in arrays}) > 1:
            raise ValueError(f"the inputs of graph '{self.name}' differ in batch size")
        return arrays

    def trace(self, *integers):
        """All tensors of one batch by name, as int32 arrays; `integers` are grid integers."""
        tensors = dict(zip((t.name for t in self.inputs), integers, strict=True))
        for node in self.nodes:
            tensors[node.name] = node.run(*(tensors[tensor.name] for tensor in node.inputs))
        return tensors
