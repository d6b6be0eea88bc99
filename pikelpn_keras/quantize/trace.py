"""A float model as a flat list of layer calls, nested models followed."""

import collections
import dataclasses

import keras

from pikelpn_keras.quantize.errors import refuse
from pikelpn_keras.walk import symbolic_ends, walk


@dataclasses.dataclass(frozen=True)
class Call:
    """One call of a layer; tensors are numbers.

    Attributes:
        layer: the float layer.
        inputs: what it reads.
        output: what it makes.
        shape: shape of the output without the batch.
    """

    layer: keras.layers.Layer
    inputs: tuple[int, ...]
    output: int
    shape: tuple[int, ...]


@dataclasses.dataclass(frozen=True)
class Trace:
    """The calls of a model in an order in which they can run.

    Attributes:
        inputs: `(name, shape without the batch)` by tensor number.
        calls: the calls.
        outputs: tensor numbers.
    """

    inputs: dict[int, tuple[str, tuple[int, ...]]]
    calls: tuple[Call, ...]
    outputs: tuple[int, ...]

    @property
    def readers(self):
        """How often each tensor is read, outputs of the model included."""
        reads = [number for call in self.calls for number in call.inputs]
        return collections.Counter([*reads, *self.outputs])


def trace(model):
    """The `Trace` of a Functional or Sequential model.

    A layer that is called twice, and all layers of a nested model that is, make two calls.

    Raises:
        ValueError: if a model has no symbolic inputs and outputs, or a layer several outputs.
    """
    tracer = _Tracer()
    inputs, outputs = symbolic_ends(model)
    numbers = [tracer.number() for _ in inputs]
    names = [tensor._keras_history.operation.name for tensor in inputs]
    shapes = [tuple(tensor.shape[1:]) for tensor in inputs]
    made = tracer.follow(model, numbers)
    named = dict(zip(numbers, zip(names, shapes, strict=True), strict=True))
    return Trace(named, tuple(tracer.calls), tuple(made))


class _Tracer:
    def __init__(self):
        self.calls = []
        self._numbers = 0

    def number(self):
        self._numbers += 1
        return self._numbers

    def follow(self, model, numbers):
        """Numbers of the outputs of `model`, given those of its inputs."""
        inputs, outputs = symbolic_ends(model)
        return walk(inputs, outputs, numbers, _node_of, self._call)

    def _call(self, layer, numbers, outputs):
        if isinstance(layer, keras.Model):
            return self.follow(layer, numbers)
        if len(outputs) != 1:
            refuse(layer, f"has {len(outputs)} outputs; build the model of layers that have one")
        shape = tuple(outputs[0].shape)[1:]
        self.calls.append(Call(layer, tuple(numbers), self.number(), shape))
        return [self.calls[-1].output]


def _node_of(tensor):
    layer, index, _ = tensor._keras_history
    node = layer._inbound_nodes[index]
    return layer, node.input_tensors, node.outputs
