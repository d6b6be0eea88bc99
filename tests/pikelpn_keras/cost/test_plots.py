"""Pictures: what is drawn is read back from the artists."""

import itertools
import subprocess
import sys

import pytest
from matplotlib.colors import to_hex
from matplotlib.text import Text

from pikelpn_keras.cost import Architecture, Formats, Work, plots, report
from pikelpn_keras.cost.pareto import pareto_front
from tests.pikelpn_keras.cost import architectures

FORMATS = Formats("int4", "int4", "float32")


@pytest.fixture(scope="module")
def mobilenet():
    return report(architectures.mobilenet_v1(FORMATS))


def tiny(name="tiny"):
    net = Architecture(name, FORMATS)
    shape = net.norm("norm", net.convolution("conv", (4, 4, 2), 3, 3))
    net.dense("logits", net.global_average_pool("pool", shape), 10)
    return report(net.workload())


def bars(axes):
    """Width of each bar by row and part."""
    parts = {color: part for part, color in plots.COLORS.items()}
    return {
        (round(bar.get_y() + bar.get_height() / 2), parts[to_hex(bar.get_facecolor())]): (
            bar.get_x(),
            bar.get_width(),
        )
        for container in axes.containers
        for bar in container
        if bar.get_width()
    }


def test_layers_are_stacked_from_top_to_bottom():
    found = tiny()
    (axes,) = plots.layers(found).axes
    assert [label.get_text() for label in axes.get_yticklabels()] == [
        "conv",
        "norm",
        "pool",
        "logits",
    ]
    costs = [entry.parts for entry in found.layers]
    assert bars(axes) == {
        (0, "mac"): (0, costs[0]["mac"]),
        (1, "norm"): (0, costs[1]["norm"]),
        (2, "pooling"): (0, costs[2]["pooling"]),
        (3, "mac"): (0, costs[3]["mac"]),
    }
    assert axes.yaxis_inverted()


def test_layers_without_macs_join_where_there_are_many(mobilenet):
    (axes,) = plots.layers(mobilenet).axes
    names = [label.get_text() for label in axes.get_yticklabels()]
    assert names[:3] == ["conv1", "dw1", "pw1"] and len(names) == 28
    drawn = sum(width for _, width in bars(axes).values())
    assert drawn == pytest.approx(mobilenet.cost)
    # The norm of the first layer begins where its MACs end.
    assert bars(axes)[0, "norm"][0] == mobilenet.layers[0].parts["mac"]


def test_shares_fill_every_bar(mobilenet):
    figure = plots.shares([mobilenet, tiny()])
    (axes,) = figure.axes
    totals = [0, 0]
    for (row, _), (_, width) in bars(axes).items():
        totals[row] += width
    assert totals == pytest.approx([1, 1])
    assert axes.texts[0].get_text() == "53.9 % elementwise"


def test_the_front_has_what_no_other_beats():
    points = {"small": (10, 0.5), "worse": (20, 0.4), "large": (40, 0.9), "equal": (40, 0.9)}
    (axes,) = plots.accuracy_against_cost(points).axes
    (line,) = axes.lines
    assert list(zip(*line.get_data(), strict=True)) == [(10, 0.5), (40, 0.9)]
    assert sorted(text.get_text() for text in axes.texts) == sorted(points)
    assert axes.get_xscale() == "log"


def test_names_are_beside_their_points_and_not_on_one_another():
    points = {f"the model of number {n}": (50 + n % 3, 0.8 + n / 1e4) for n in range(9)}
    points["far"] = (4000, 0.5)
    figure = plots.accuracy_against_cost(points)
    figure.draw_without_rendering()
    (axes,) = figure.axes
    boxes = {text.get_text(): Text.get_window_extent(text) for text in axes.texts}
    for one, other in itertools.combinations(boxes, 2):
        assert not boxes[one].overlaps(boxes[other]), (one, other)
    for name, point in points.items():
        assert boxes[name].x0 > axes.transData.transform(point)[0]
    middle = (boxes["far"].y0 + boxes["far"].y1) / 2
    assert middle == pytest.approx(axes.transData.transform(points["far"])[1], abs=4)


def test_front_by_brute_force():
    points = [(3, 1), (1, 0), (2, 2), (2, 1), (5, 2), (4, 5), (1, -1)]
    expected = [
        i
        for i, (cost, accuracy) in enumerate(points)
        if not any(
            other[0] <= cost and other[1] >= accuracy and other != (cost, accuracy)
            for other in points
        )
    ]
    assert sorted(pareto_front(points)) == expected


def test_long_names_lose_their_middle():
    net = Architecture("net", FORMATS)
    net.dense("a" * 30 + "b" * 30, (4,), 2)
    (axes,) = plots.layers(report(net.workload())).axes
    (label,) = axes.get_yticklabels()
    assert label.get_text() == "a" * 21 + "…" + "b" * 22


def test_dollars_are_no_formulas(tmp_path):
    net = Architecture("net", FORMATS)
    net.dense("$x^{", (4,), 2)
    net.dense("}^y$", (4,), 2)
    plots.save(tmp_path / "cost.png", plots.layers(report(net.workload())))
    plots.save(tmp_path / "front.png", plots.accuracy_against_cost({"$a^$": (1, 1)}))


@pytest.mark.parametrize(("name", "magic"), [("cost.png", b"\x89PNG"), ("cost.svg", b"<?xml")])
def test_saved_pictures(tmp_path, name, magic):
    plots.save(tmp_path / name, plots.layers(tiny()))
    assert (tmp_path / name).read_bytes().startswith(magic)
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_a_format_that_is_none_leaves_nothing(tmp_path):
    with pytest.raises(ValueError, match="'bat' is not supported"):
        plots.save(tmp_path / "cost.bat", plots.layers(tiny()))
    assert list(tmp_path.iterdir()) == []


def test_refusals():
    empty = Architecture("empty", FORMATS)
    empty.layer("nothing", "Reshape", (3,), Work())
    nothing = report(empty.workload())
    with pytest.raises(ValueError, match="no layer of 'empty' costs anything"):
        plots.layers(nothing)
    with pytest.raises(ValueError, match="all of which cost something"):
        plots.shares([nothing])
    with pytest.raises(ValueError, match="all of which cost something"):
        plots.shares([])
    with pytest.raises(ValueError, match="name at least one model"):
        plots.accuracy_against_cost({})
    for point in ((0, 0.5), (float("inf"), 0.5), (3, float("nan"))):
        with pytest.raises(ValueError, match="'odd' has the cost"):
            plots.accuracy_against_cost({"odd": point})


def test_counting_imports_neither_keras_nor_matplotlib():
    program = (
        "import sys; from pikelpn_keras import cost; cost.report; "
        "sys.exit(bool({'keras', 'tensorflow', 'matplotlib'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", program]).returncode == 0
