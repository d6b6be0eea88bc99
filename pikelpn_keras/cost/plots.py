"""Pictures of costs; needs matplotlib, the extra `plots`.

Each function gives a `matplotlib.figure.Figure`, which `save` writes and notebooks show.
"""

import math
import os
import pathlib
import tempfile

from matplotlib.figure import Figure
from matplotlib.ticker import EngFormatter, PercentFormatter

from pikelpn_keras.cost.operations import MAC, PARTS
from pikelpn_keras.cost.pareto import pareto_front

# Okabe and Ito's colours, which colour-blind readers tell apart; the MAC part recedes.
COLORS = dict(
    zip(
        PARTS,
        (
            "#bbbbbb",
            "#999933",
            "#0072b2",
            "#d55e00",
            "#009e73",
            "#cc79a7",
            "#56b4e9",
            "#f0e442",
        ),
        strict=True,
    )
)
WIDTH = 8.0
BAR = 0.26
NAME_LENGTH = 44
MOST_BARS = 40
# Of small letters, in points.
LETTER_WIDTH, LINE_HEIGHT = 5.0, 11.0
# Between a point and its name, in points.
NAME_GAP = 8.0


def layers(report):
    """A bar for each layer that costs something, stacked by parts of the work.

    Of more than 40 layers those without MACs, as the norms of float models, are drawn in the bar of
    the last layer before them that has some.

    Args:
        report: a `CostReport`.

    Returns:
        a `matplotlib.figure.Figure`.

    Raises:
        ValueError: if no layer costs anything.

    Example:

    >>> from pikelpn_keras.cost import Architecture, Formats, report
    >>> net = Architecture("layer", Formats("int4", "int8", "float32"))
    >>> _ = net.scale("scale", net.dense("logits", (100,), 10))
    >>> len(layers(report(net.workload())).axes)
    1
    """
    costly = [entry for entry in report.layers if entry.cost]
    if not costly:
        raise ValueError(f"no layer of '{report.name}' costs anything, so there is nothing to draw")
    rows = [(entry.layer.name, entry.parts) for entry in costly]
    if len(rows) > MOST_BARS:
        rows = _joined(rows)
    figure, axes = _bars([name for name, _ in rows])
    _stack(axes, [parts for _, parts in rows])
    axes.set_xlabel(f"cost of one image by {report.cost_model.name}, {report.cost_model.unit}")
    axes.xaxis.set_major_formatter(EngFormatter())
    share = f"{100 * report.elementwise_share:.1f} %"
    figure.suptitle(f"{_short(report.name)}: {share} of the cost is elementwise work")
    return figure


def shares(reports):
    """A bar for each model: the share of each part of the work in its cost.

    Args:
        reports: `CostReport`s by one cost model, of models that cost something.

    Returns:
        a `matplotlib.figure.Figure`.

    Raises:
        ValueError: if there is no report, or a model costs nothing.
    """
    reports = list(reports)
    if not reports or not all(report.cost for report in reports):
        raise ValueError("shares are drawn of one or more models, all of which cost something")
    figure, axes = _bars([report.name for report in reports])
    _stack(
        axes,
        [{part: cost / r.cost for part, cost in r.parts.items()} for r in reports],
    )
    for row, report in enumerate(reports):
        axes.text(
            1.01,
            row,
            f"{100 * report.elementwise_share:.1f} % elementwise",
            va="center",
            fontsize="small",
        )
    axes.set_xlim(0, 1)
    axes.xaxis.set_major_formatter(PercentFormatter(1))
    axes.set_xlabel(f"share of the cost by {reports[0].cost_model.name}")
    return figure


def accuracy_against_cost(points, cost_label="ACEv2", accuracy_label="accuracy"):
    """A point for each model, and the Pareto front: the models that no other beats in both.

    Args:
        points: dict of (cost, accuracy) by the model's name.
        cost_label: what the costs are.
        accuracy_label: what the accuracies are.

    Returns:
        a `matplotlib.figure.Figure` whose cost axis is logarithmic.

    Raises:
        ValueError: if there is no point, a cost is not positive, or a number is not finite.
    """
    names, values = list(points), list(points.values())
    if not values:
        raise ValueError("name at least one model to draw accuracy against cost")
    for name, (cost, accuracy) in points.items():
        if not (0 < cost < math.inf and math.isfinite(accuracy)):
            raise ValueError(
                f"'{name}' has the cost {cost!r} and the accuracy {accuracy!r}; a positive and a "
                "finite number are needed"
            )
    figure = Figure(figsize=(WIDTH, 5), layout="constrained")
    axes = figure.subplots()
    front = pareto_front(values)
    # Between two models of the front only the cheaper one's accuracy can be had.
    costs, accuracies = zip(*(values[index] for index in front), strict=True)
    axes.step(costs, accuracies, where="post", color="#0072b2", label="Pareto front", zorder=1)
    for index, (cost, accuracy) in enumerate(values):
        color = "#0072b2" if index in front else "#999999"
        axes.scatter(cost, accuracy, color=color, zorder=2)
    axes.set_xscale("log")
    axes.xaxis.set_major_formatter(EngFormatter())
    axes.margins(x=0.2, y=0.12)
    axes.set_xlabel(f"cost of one image, {cost_label}")
    axes.set_ylabel(accuracy_label)
    axes.grid(alpha=0.3)
    axes.legend(loc="lower right")
    _name_points(axes, names, values)
    return figure


def _name_points(axes, names, values):
    """Names right of their points, lower where another name is in the way already."""
    figure = axes.figure
    # The layout decides where points lie.
    figure.draw_without_rendering()
    places = axes.transData.transform(values) * 72 / figure.dpi
    taken = []
    for index in sorted(range(len(names)), key=lambda index: -values[index][1]):
        (left, height), name = places[index], _short(names[index])
        right, low = left + NAME_GAP + LETTER_WIDTH * len(name), height
        for other_left, other_right, other in sorted(taken, key=lambda box: -box[2]):
            if left < other_right and other_left < right and abs(low - other) < LINE_HEIGHT:
                low = other - LINE_HEIGHT
        taken.append((left, right, low))
        axes.annotate(
            name,
            values[index],
            (NAME_GAP, low - height),
            textcoords="offset points",
            fontsize="small",
            va="center",
            arrowprops={"arrowstyle": "-", "color": "#bbbbbb", "lw": 0.6, "relpos": (0, 0.5)},
        )


def save(path, figure):
    """Writes a figure, whole or not at all, in the format that the file's name ends in.

    Args:
        path: the file, for example "cost.png" or "cost.svg".
        figure: a `matplotlib.figure.Figure`.

    Raises:
        ValueError: if matplotlib has no such format.
        OSError: if the file cannot be written.
    """
    path = pathlib.Path(path)
    with tempfile.TemporaryDirectory(dir=path.parent, prefix=".pikelpn-") as folder:
        beside = pathlib.Path(folder) / path.name
        figure.savefig(beside, dpi=150)
        os.replace(beside, path)


def _joined(rows):
    """Rows of (name, parts), those without MACs added to the row with some before them."""
    joined = []
    for name, parts in rows:
        if MAC in parts or not joined:
            joined.append((name, dict(parts)))
        else:
            sums = joined[-1][1]
            sums.update({part: sums.get(part, 0) + cost for part, cost in parts.items()})
    return joined


def _bars(names):
    """A figure with a row for each name, the first on top."""
    figure = Figure(figsize=(WIDTH, 1.5 + BAR * len(names)), layout="constrained")
    axes = figure.subplots()
    axes.set_yticks(range(len(names)), [_short(name) for name in names], fontsize="small")
    axes.set_ylim(len(names) - 0.5, -0.5)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    return figure, axes


def _stack(axes, rows):
    """Draws rows of costs by part, and the legend."""
    parts = [part for part in PARTS if any(part in row for row in rows)]
    ends = [0] * len(rows)
    for part in parts:
        costs = [row.get(part, 0) for row in rows]
        label = "MACs" if part == MAC else part
        axes.barh(range(len(rows)), costs, left=ends, color=COLORS[part], label=label)
        ends = [end + cost for end, cost in zip(ends, costs, strict=True)]
    axes.figure.legend(loc="outside lower center", ncols=len(parts), fontsize="small")


def _short(name):
    """A name without its middle where it is long, its dollars not taken for formulas."""
    if len(name) > NAME_LENGTH:
        name = f"{name[: NAME_LENGTH // 2 - 1]}…{name[-NAME_LENGTH // 2 :]}"
    return name.replace("$", r"\$")
