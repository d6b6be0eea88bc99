"""Accuracy against ACEv2: a table and a picture with the Pareto front, from stored JSON lines.

    KERAS_BACKEND=jax python benchmarks/accuracy/pareto.py --data=cifar10_jpeg --epochs=60 \
        --plot=pareto.png benchmarks/accuracy/results/*.jsonl

Lines of `compare_tools.py` say what their file costs. The nets of `variants.py` are built here and
counted on their integers, untrained, from one seed: weights change a little how wide sums must be.
The nets of other libraries have no integers to count: those with float norms are counted as 4-bit
kernels, 8-bit activations and float32 norms, those with quantized norms as if they cost what our
net costs, which favours them. Left out are nets whose grids their float nets choose, and the graph
that trains in tfmot's stead: the file that tfmot makes of its weights has a line, and a cost.
"""

import collections
import functools
import statistics

import keras
from absl import app, flags
from json_lines import latest, read
from nets import float_net
from peers import NETS
from tfmot_net import NAME as TWIN
from variants import VARIANTS

import pikelpn_keras as pk
from pikelpn_keras.cost.pareto import pareto_front

SHAPES = {"cifar10_jpeg": (32, 32, 3), "fashion_mnist": (28, 28, 1)}
OURS = "pikelpn"
FLOAT_NORM = pk.cost.Formats("int4", "int8", "float32")
UNCOUNTED = {
    TWIN,
    "chosen by fit, from the float net",
    "chosen by fit among 3 bits, from the float net",
}
# What the picture shows of our nets: others cost the same as one of these and are in the table.
DRAWN = {
    "float",
    "pikelpn",
    "distilled",
    "both powers of two",
    "both uniform",
    "3-bit depthwise, 5 levels",
    "4-bit activations",
    "4-bit activations, learned threshold",
    "4-bit activations, learned threshold, distilled",
    "6-bit activations",
    "6-bit weights",
    "8-bit weights",
    "qkeras-v3, quantized norm",
}


@functools.cache
def cost_of(variant, shape):
    """ACEv2 of a variant's net for a picture of `shape`; see the head of this file."""
    keras.utils.set_random_seed(0)
    if variant.endswith("float norm"):
        return pk.cost.ace_v2(pk.cost.workload(float_net(shape), FLOAT_NORM))
    return pk.cost.ace_v2(VARIANTS[OURS if variant in NETS else variant].net(shape))


def points(results, cost=cost_of):
    """(ACEv2, mean accuracy, standard deviation or None, runs) by variant.

    Args:
        results: dicts with variant, data, accuracy and perhaps `ace_v2`, as `run.py` and
            `compare_tools.py` write them.
        cost: function of a variant's name and the shape of pictures, for lines without `ace_v2`.

    Example:

    >>> runs = [{"variant": "a", "data": "cifar10_jpeg", "accuracy": a} for a in (0.5, 0.75)]
    >>> points(runs, lambda variant, shape: 7)["a"][:2]
    (7, 0.625)
    """
    runs = collections.defaultdict(list)
    for result in results:
        if result["variant"] not in UNCOUNTED:
            runs[result["variant"]].append(result)
    found = {}
    for variant, group in runs.items():
        accuracies = [result["accuracy"] for result in group]
        costs = [result["ace_v2"] for result in group if "ace_v2" in result]
        paid = statistics.mean(costs) if costs else cost(variant, SHAPES[group[0]["data"]])
        deviation = statistics.stdev(accuracies) if len(accuracies) > 1 else None
        found[variant] = (paid, statistics.mean(accuracies), deviation, len(accuracies))
    return found


def table(found):
    """A Markdown table, cheapest first, that marks the variants on the Pareto front.

    Args:
        found: what `points` gives.

    Example:

    >>> print(table({"a": (2e6, 0.8, None, 1), "b": (3e6, 0.7, 0.01, 2)}))
    | variant | ACEv2, millions | accuracy, % | deviation | runs | on the front |
    |---|---:|---:|---:|---:|---|
    | a | 2.0 | 80.00 |  | 1 | yes |
    | b | 3.0 | 70.00 | 1.00 | 2 |  |
    """
    rows = sorted(found.items(), key=lambda item: item[1][0])
    front = pareto_front([values[:2] for _, values in rows])
    lines = [
        "| variant | ACEv2, millions | accuracy, % | deviation | runs | on the front |",
        "|---|---:|---:|---:|---:|---|",
    ]
    for index, (variant, (paid, accuracy, deviation, runs)) in enumerate(rows):
        spread = "" if deviation is None else f"{100 * deviation:.2f}"
        mark = "yes" if index in front else ""
        cells = (variant, f"{paid / 1e6:.1f}", f"{100 * accuracy:.2f}", spread, str(runs), mark)
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def drawn(variant):
    """Whether the picture shows a variant: all files of other tools, and some of our nets.

    Example:

    >>> drawn("litert-quantizer, int8"), drawn("pikelpn"), drawn("mantissa of 2 bits")
    (True, True, False)
    """
    return variant in DRAWN or variant not in VARIANTS


def chosen(results, data, epochs, rate):
    """The lines of a data set: all files, and the nets of one length of training and one rate.

    Example:

    >>> net = {"data": "cifar10_jpeg", "rate": 4e-3}
    >>> file = {"data": "cifar10_jpeg", "epochs": 120, "ace_v2": 7}
    >>> nets = [{**net, "epochs": epochs} for epochs in (60, 120)]
    >>> chosen([file, *nets], "cifar10_jpeg", 60, 4e-3) == [file, nets[0]]
    True
    """
    return [
        result
        for result in results
        if result.get("data") == data
        and ("ace_v2" in result or (result["epochs"], result["rate"]) == (epochs, rate))
    ]


def main(paths):
    """Prints the table of the files named, and draws."""
    results = latest(found for path in paths[1:] for found in read(path))
    found = points(chosen(results, flags.FLAGS.data, flags.FLAGS.epochs, flags.FLAGS.rate))
    print(table(found))
    if flags.FLAGS.plot:
        figure = pk.cost.plots.accuracy_against_cost(
            {variant: values[:2] for variant, values in found.items() if drawn(variant)}
        )
        pk.cost.plots.save(flags.FLAGS.plot, figure)


if __name__ == "__main__":
    flags.DEFINE_string("data", "cifar10_jpeg", "data set of the lines that count")
    flags.DEFINE_integer("epochs", 60, "epochs of the nets that count")
    flags.DEFINE_float("rate", 4e-3, "peak learning rate of the nets that count")
    flags.DEFINE_string("plot", None, "picture to write")
    app.run(main)
