"""The neutral record of what a model computes and stores, whatever it was read from."""

import dataclasses
import math
from collections.abc import Mapping

from pikelpn_keras.cost.number_formats import NumberFormat
from pikelpn_keras.cost.operations import Operations


@dataclasses.dataclass(frozen=True)
class Storage:
    """Bits of the constants that a layer stores.

    Attributes:
        weights: of its kernel.
        scales: of the codes of its scales.
        norms: of the codes or parameters of its norm.
        biases: of its biases, a norm's offsets included.
        tables: of its look-up tables.

    Example:

    >>> Storage(weights=16, biases=32).bits
    48
    """

    weights: int = 0
    scales: int = 0
    norms: int = 0
    biases: int = 0
    tables: int = 0

    @property
    def bits(self):
        """All bits together."""
        return sum(dataclasses.astuple(self))


@dataclasses.dataclass(frozen=True)
class Work:
    """What one layer does for one image.

    Attributes:
        operations: all arithmetic, as it can be computed: zero weights are left out, weights that
            are powers of two shift.
        macs: the multiply-accumulates as ACE counts them, whatever the weights are.
        storage: what it stores.
        weights: how many weights it has, by bits.
        unknown: what else it does whose operations are not known, in words; it is left out.
    """

    operations: tuple[Operations, ...] = ()
    macs: tuple[Operations, ...] = ()
    storage: Storage = Storage()
    weights: Mapping[int, int] = dataclasses.field(default_factory=dict)
    unknown: tuple[str, ...] = ()


@dataclasses.dataclass(frozen=True)
class Activations:
    """A tensor that layers hand on.

    Attributes:
        name: unique in its workload.
        shape: without the batch.
        format: of its elements.

    Example:

    >>> Activations("x", (4, 4, 3), NumberFormat(8)).bits
    384
    """

    name: str
    shape: tuple[int, ...]
    format: NumberFormat

    @property
    def bits(self):
        """Bits of all elements."""
        return math.prod(self.shape) * self.format.bits


@dataclasses.dataclass(frozen=True)
class Layer:
    """A layer of a `Workload`.

    Attributes:
        name: its name.
        kind: what it is, for example "Conv2D".
        work: what it computes and stores.
        outputs: the tensors that it writes.
        reads: names of the tensors that it reads.
    """

    name: str
    kind: str
    work: Work
    outputs: tuple[Activations, ...]
    reads: tuple[str, ...] = ()

    @property
    def output(self):
        """The first tensor that it writes, or None."""
        return self.outputs[0] if self.outputs else None


@dataclasses.dataclass(frozen=True)
class Workload:
    """What a model computes for one image and what it stores.

    Attributes:
        name: the model's name.
        layers: the layers, in the order in which they run.
        inputs: the tensors that the model is given.
        outputs: names of the tensors that the model gives.
    """

    name: str
    layers: tuple[Layer, ...]
    inputs: tuple[Activations, ...] = ()
    outputs: tuple[str, ...] = ()

    @property
    def unknown(self):
        """What is not known and left out of all sums, as a tuple: "layer (what)"."""
        return tuple(
            f"{layer.name} ({what})" for layer in self.layers for what in layer.work.unknown
        )

    @property
    def operations(self):
        """The operations of all layers, as a tuple."""
        return tuple(entry for layer in self.layers for entry in layer.work.operations)

    @property
    def macs(self):
        """The nominal multiply-accumulates of all layers, as a tuple."""
        return tuple(entry for layer in self.layers for entry in layer.work.macs)

    @property
    def mac_count(self):
        """How many multiply-accumulates there are, zero weights and padding included."""
        return sum(entry.count for entry in self.macs)

    @property
    def storage(self):
        """`Storage` of all layers together."""
        totals = [dataclasses.astuple(layer.work.storage) for layer in self.layers]
        return Storage(*map(sum, zip(*totals, strict=True)))

    @property
    def peak_activation_bits(self):
        """The most bits of tensors alive at once, or None where it is not known who reads what.

        A tensor lives from the layer that writes it to the last that reads it; inputs live from the
        start and outputs to the end. While a layer runs, what it reads and what it writes both
        live.
        """
        if not self.inputs:
            return None
        last_read = {name: len(self.layers) for name in self.outputs}
        for index, layer in enumerate(self.layers):
            for name in layer.reads:
                last_read[name] = max(index, last_read.get(name, -1))
        alive = {tensor.name: tensor.bits for tensor in self.inputs}
        peak = sum(alive.values())
        for index, layer in enumerate(self.layers):
            alive |= {tensor.name: tensor.bits for tensor in layer.outputs}
            peak = max(peak, sum(alive.values()))
            alive = {n: bits for n, bits in alive.items() if last_read.get(n, -1) > index}
        return peak
