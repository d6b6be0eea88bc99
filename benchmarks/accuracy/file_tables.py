"""Makes the Markdown tables of .tflite files: other tools' beside ours, and ours beside Keras.

    KERAS_BACKEND=jax python benchmarks/accuracy/file_tables.py --page=docs/accuracy.md

Reads the lines of `compare_tools.py`, `deployed.py` and `run.py` in `results`. The tables go into
the page, in place of those between the comments `tools` and `deployed` and their ends.
"""

import collections
import pathlib
import statistics

from absl import app, flags
from json_lines import latest, read
from pareto import OURS, SHAPES, cost_of
from table import with_section

RESULTS = pathlib.Path(__file__).parent / "results"
DATA = {"cifar10_jpeg": "CIFAR-10 (JPEG)", "fashion_mnist": "Fashion-MNIST"}
RUNTIMES = ("keras", "xnnpack", "builtin")


def tools_table(tools, runs, deployed, cost=cost_of):
    """A table of other tools' files, of the float nets that they start from and of ours.

    Args:
        tools: dicts as `compare_tools.py` writes them.
        runs: dicts as `run.py` writes them, of one number of epochs and one rate.
        deployed: dicts as `deployed.py` writes them.
        cost: function of a variant's name and the shape of pictures: its ACEv2.

    Example:

    >>> shared = {"data": "fashion_mnist", "seed": 0}
    >>> file = {**shared, "variant": "their file", "accuracy": 0.5, "ace_v2": 2e6, "bytes": 1500}
    >>> net = {**shared, "variant": "float", "accuracy": 0.6}
    >>> print(tools_table([file], [net], [], cost=None))
    | data | files of | accuracy | deviation | runs | ACEv2, in millions | file |
    |---|---|---|---|---|---|---|
    | Fashion-MNIST | the float nets themselves | 60.00 % |  | 1 |  |  |
    | Fashion-MNIST | their file | 50.00 % |  | 1 | 2 | 2 kB |
    """
    lines = [
        "| data | files of | accuracy | deviation | runs | ACEv2, in millions | file |",
        f"|{'---|' * 7}",
    ]
    for data in DATA:
        files, nets, ours = (_of(data, found) for found in (tools, runs, deployed))
        seeds = {line["seed"] for found in files.values() for line in found}
        float_nets = [line for line in nets["float"] if line["seed"] in seeds]
        rows = [("the float nets themselves", float_nets), *files.items()]
        if nets[OURS]:
            costs = {"ace_v2": cost(OURS, SHAPES[data])}
            size = {"bytes": ours[OURS][0]["bytes"]} if ours[OURS] else {}
            rows.append(("PikeLPN, trained from scratch", [n | costs | size for n in nets[OURS]]))
        rows = [(name, found) for name, found in rows if found]
        for name, found in sorted(rows, key=lambda row: -_mean(row[1], "accuracy")):
            lines.append(f"| {DATA[data]} | {name} | {' | '.join(_figures(found))} |")
    return "\n".join(lines)


def deployed_table(deployed):
    """A table of what Keras and LiteRT make of all test pictures.

    Args:
        deployed: dicts as `deployed.py` writes them.

    Example:

    >>> shares, none = dict.fromkeys(RUNTIMES, 0.5), {"xnnpack": 0, "builtin": 0}
    >>> line = {"data": "fashion_mnist", "variant": "pikelpn", "seed": 1, "accuracy": shares}
    >>> print(deployed_table([{**line, "integers": 100, "differing": none}]).splitlines()[2])
    | Fashion-MNIST | pikelpn | 1 | 50.00 | 50.00 | 50.00 | 100 | 0 |
    """
    lines = [
        "| data | net | seeds | Keras, % | XNNPACK, % | built-in, % | logits | differ |",
        f"|{'---|' * 8}",
    ]
    for data, title in DATA.items():
        for variant, found in _of(data, deployed).items():
            found = sorted(found, key=lambda line: line["seed"])
            seeds = ", ".join(str(line["seed"]) for line in found)
            shares = (
                ", ".join(f"{100 * line['accuracy'][runtime]:.2f}" for line in found)
                for runtime in RUNTIMES
            )
            logits = f"{sum(line['integers'] for line in found):,}"
            differ = str(sum(sum(line["differing"].values()) for line in found))
            cells = (title, variant, seeds, *shares, logits, differ)
            lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def with_tables(page):
    """The text of a page, with the tables of what is stored now."""
    tools = [found for data in DATA for found in read(RESULTS / f"tools_{data}.jsonl")]
    deployed = latest(read(RESULTS / "deployed.jsonl"))
    quoted = {(line["epochs"], line["rate"]) for line in deployed}
    runs = [
        found
        for found in latest(read(RESULTS / "60_epochs.jsonl"))
        if (found["epochs"], found["rate"]) in quoted
    ]
    page = with_section(page, "tools", tools_table(latest(tools), runs, deployed))
    return with_section(page, "deployed", deployed_table(deployed))


def main(_):
    """Puts the tables into a page."""
    page = pathlib.Path(flags.FLAGS.page)
    page.write_text(with_tables(page.read_text()))


def _of(data, found):
    """Lines of one data set by variant."""
    lines = collections.defaultdict(list)
    for line in found:
        if line["data"] == data:
            lines[line["variant"]].append(line)
    return lines


def _mean(found, key):
    return statistics.mean(line[key] for line in found)


def _figures(found):
    """What stands in a row behind the name."""
    accuracies = [100 * line["accuracy"] for line in found]
    yield f"{statistics.mean(accuracies):.2f} %"
    yield f"{statistics.stdev(accuracies):.2f}" if len(found) > 1 else ""
    yield str(len(found))
    yield f"{_mean(found, 'ace_v2') / 1e6:,.0f}" if "ace_v2" in found[0] else ""
    yield f"{_mean(found, 'bytes') / 1e3:.0f} kB" if "bytes" in found[0] else ""


if __name__ == "__main__":
    flags.DEFINE_string("page", None, "Markdown page to put the tables into", required=True)
    app.run(main)
