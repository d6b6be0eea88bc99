"""`CostReport`: what a model costs, layer by layer."""

import collections
import dataclasses

from pikelpn_keras.cost.measure import ace, workload
from pikelpn_keras.cost.models import cost_model as cost_model_of
from pikelpn_keras.cost.operations import ELEMENTWISE, KINDS, MAC
from pikelpn_keras.cost.pricing import CostModel
from pikelpn_keras.cost.report_tables import report_dict, report_tables
from pikelpn_keras.cost.work import Layer, Workload
from pikelpn_keras.cost.writers import text


@dataclasses.dataclass(frozen=True)
class LayerCost:
    """The cost of one layer.

    Attributes:
        layer: the `Layer`.
        macs: its nominal multiply-accumulates.
        ace: its ACE.
        parts: its cost by part of the work; parts that cost nothing are left out.
    """

    layer: Layer
    macs: int
    ace: int
    parts: dict[str, float]

    @property
    def cost(self):
        """The cost of all parts."""
        return sum(self.parts.values())

    @property
    def elementwise(self):
        """The cost of all parts but the multiply-accumulates."""
        return self.cost - self.parts.get(MAC, 0)


@dataclasses.dataclass(frozen=True)
class CostReport:
    """What a model costs by a cost model.

    `print(report)` gives a table; `pikelpn_keras.cost.writers` and `.plots` give other forms.

    Attributes:
        workload: what the model computes.
        cost_model: the `CostModel`.

    Example:

    >>> from pikelpn_keras.cost import Architecture, Formats, report
    >>> net = Architecture("layer", Formats("int4", "int8", "float32"))
    >>> _ = net.scale("scale", net.dense("logits", (100,), 10))
    >>> found = report(net.workload())
    >>> found.parts
    {'mac': 32000, 'scale': 10240}
    >>> round(found.elementwise_share, 3)
    0.242
    """

    workload: Workload
    cost_model: CostModel

    @property
    def name(self):
        """The model's name."""
        return self.workload.name

    @property
    def layers(self):
        """A `LayerCost` for each layer, as a tuple."""
        return tuple(self._layer_cost(layer) for layer in self.workload.layers)

    @property
    def ace(self):
        """ACE of the model."""
        return ace(self.workload)

    @property
    def cost(self):
        """Cost of the model."""
        return self.cost_model.cost(self.workload.operations)

    @property
    def parts(self):
        """Cost by part of the work, as a dict; parts that cost nothing are left out."""
        return self._parts(self.workload.operations)

    @property
    def elementwise(self):
        """Cost of the parts that are not multiply-accumulates."""
        return sum(cost for part, cost in self.parts.items() if part != MAC)

    @property
    def elementwise_share(self):
        """`elementwise` over `cost`, 0 to 1."""
        return self.elementwise / self.cost if self.cost else 0.0

    @property
    def counts(self):
        """How many operations there are: a dict by kind, MAC part and elementwise part apart."""
        counts = {MAC: collections.Counter(), "elementwise": collections.Counter()}
        for entry in self.workload.operations:
            counts[MAC if entry.part == MAC else "elementwise"][entry.kind] += entry.count
        return {
            half: {kind: counter[kind] for kind in KINDS if counter[kind]}
            for half, counter in counts.items()
        }

    @property
    def mac_counts(self):
        """Nominal multiply-accumulates, a dict by the `NumberFormat`s of input and weight."""
        counts = collections.Counter()
        for entry in self.workload.macs:
            counts[entry.operands[:2]] += entry.count
        return dict(counts.most_common())

    @property
    def weight_bits(self):
        """How many weights there are, a dict by their bits."""
        weights = collections.Counter()
        for layer in self.workload.layers:
            weights.update(layer.work.weights)
        return dict(sorted(weights.items()))

    @property
    def heading(self):
        """What the report is about, in a line."""
        return f"{self.name}: cost of one image by {self.cost_model.name}, {self.cost_model.unit}"

    @property
    def tables(self):
        """The report as `Table`s: layers, parts, operations, MACs, memory and what is unknown."""
        return report_tables(self)

    def as_dict(self):
        """Everything the report knows, of what JSON can hold."""
        return report_dict(self)

    def __str__(self):
        return text(self)

    def _layer_cost(self, layer):
        alone = Workload(layer.name, (layer,))
        return LayerCost(layer, alone.mac_count, ace(alone), self._parts(layer.work.operations))

    def _parts(self, operations):
        by_part = collections.defaultdict(list)
        for entry in operations:
            by_part[entry.part].append(entry)
        return {
            part: self.cost_model.cost(by_part[part])
            for part in (MAC, *ELEMENTWISE)
            if part in by_part
        }


def report(model, cost_model="ace_v2", formats=None):
    """What a model costs, layer by layer.

    Args:
        model: an `IntegerGraph`, a keras.Model or a `Workload`.
        cost_model: a `CostModel` or the name of one in `COST_MODELS`.
        formats: None, or the `Formats` that a float Keras model is supposed to run in.

    Returns:
        a `CostReport`.

    Raises:
        ValueError: see `pikelpn_keras.cost.workload`; or if the cost model is unknown.

    Example:

    >>> from pikelpn_keras.cost import Architecture, Formats
    >>> net = Architecture("layer", Formats("int4", "int8", "float32"))
    >>> _ = net.scale("scale", net.dense("logits", (100,), 10))
    >>> found = report(net.workload())
    >>> found.cost, found.elementwise
    (42240, 10240)
    """
    return CostReport(workload(model, formats), cost_model_of(cost_model))
