"""`Comparison`: several models side by side."""

import dataclasses

from pikelpn_keras.cost.cost_report import CostReport
from pikelpn_keras.cost.tables import Column, Table, number, percent, times, words
from pikelpn_keras.cost.writers import text


@dataclasses.dataclass(frozen=True)
class Comparison:
    """Reports of several models by one cost model.

    Attributes:
        reports: the `CostReport`s; costs are given relative to the first.

    Raises:
        ValueError: if there is none, or they are made by several cost models.

    Example:

    >>> from pikelpn_keras.cost import Architecture, Formats, report
    >>> nets = [Architecture(name, Formats(name, name, "int8")) for name in ("int8", "int4")]
    >>> _ = [net.dense("logits", (100,), 10) for net in nets]
    >>> comparison = Comparison(tuple(report(net.workload()) for net in nets))
    >>> comparison.relative_costs
    (1.0, 0.25)
    """

    reports: tuple[CostReport, ...]

    def __post_init__(self):
        object.__setattr__(self, "reports", tuple(self.reports))
        names = {report.cost_model.name for report in self.reports}
        if len(names) != 1:
            raise ValueError(
                "a comparison takes reports by one cost model, not "
                f"{', '.join(sorted(names)) or 'none'}"
            )

    @property
    def relative_costs(self):
        """The cost of each model over that of the first; infinite where that is nothing."""
        first = self.reports[0].cost
        return tuple(r.cost / first if first else float("inf") for r in self.reports)

    @property
    def heading(self):
        """What the comparison is about, in a line."""
        model = self.reports[0].cost_model
        return f"{len(self.reports)} models: cost of one image by {model.name}, {model.unit}"

    @property
    def tables(self):
        """The comparison as a list of `Table`s: the models, and what is not known of them."""
        columns = (
            Column("model", words),
            Column("MACs", number),
            Column("ACE", number),
            Column("MAC part", number),
            Column("elementwise part", number),
            Column("cost", number),
            Column("elementwise share", percent),
            Column("relative cost", times),
            Column("bytes", number),
        )
        rows = tuple(
            (
                report.name,
                report.workload.mac_count,
                report.ace,
                report.cost - report.elementwise,
                report.elementwise,
                report.cost,
                report.elementwise_share,
                relative,
                -(-report.workload.storage.bits // 8),
            )
            for report, relative in zip(self.reports, self.relative_costs, strict=True)
        )
        return [Table("Models", columns, rows), *self._unknown()]

    def _unknown(self):
        rows = tuple(
            (report.name, entry) for report in self.reports for entry in report.workload.unknown
        )
        columns = (Column("model", words), Column("layer", words))
        return [Table("Unknown and not counted", columns, rows)] if rows else []

    def as_dict(self):
        """Everything the comparison knows, of what JSON can hold."""
        return {"models": [report.as_dict() for report in self.reports]}

    def __str__(self):
        return text(self)
