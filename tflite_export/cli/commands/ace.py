"""Count what models cost: ACE, ACEv2, energy, gates and memory.

A .keras model of this library is counted as the integers that it deploys, any other .keras model at
the formats that its layers compute in, or as if it ran in those of --weights, --activations and
--elementwise. A .tflite file of `pikelpn export` is counted as the integers that it was written
from, any other operator by operator, and each of several subgraphs apart; what is not known is
listed and not counted. With --compare all models stand in one table, costs relative to the first.
"""

import dataclasses
import importlib.util
import pathlib
import sys

from absl import flags

from tflite_export.cli import files, saved_models
from tflite_export.cli.errors import UsageError, UserError, user_errors

USAGE = "pikelpn ace FILE... [--compare] [--cost_model=ace_v2] [--format=text] [FLAGS]"
PATHS = range(1, 1000)
SUFFIXES = {"text": ".txt", "json": ".json", "csv": ".csv", "markdown": ".md"}
# Formats that hold one report or one comparison.
SINGLE = ("json", "csv")
KERAS_SUFFIXES = (".keras", ".h5")


def define_flags(values):
    """Defines the flags of `pikelpn ace`."""
    from pikelpn_keras.cost import COST_MODELS

    own = {"flag_values": values, "module_name": "pikelpn ace"}
    flags.DEFINE_bool("compare", False, "One table of all models.", **own)
    flags.DEFINE_enum("cost_model", "ace_v2", list(COST_MODELS), "What an operation costs.", **own)
    flags.DEFINE_enum("format", "text", list(SUFFIXES), "The form of the report.", **own)
    flags.DEFINE_string("output", None, "The file to write; by default stdout.", **own)
    flags.DEFINE_string(
        "plot",
        None,
        "A .png picture to write: layers of one model, or shares of several. Needs matplotlib.",
        **own,
    )
    text = "Format that float .keras models are counted in, for example {}; give all three."
    flags.DEFINE_string("weights", None, text.format("int4"), **own)
    flags.DEFINE_string("activations", None, text.format("int8"), **own)
    flags.DEFINE_string("elementwise", None, text.format("float32"), **own)


def run(values, *paths):
    """Counts, and writes the report and the picture."""
    together = values.compare or len(paths) == 1
    if values.format in SINGLE and not together:
        raise UsageError(f"--format={values.format} takes one file, or --compare")
    output = values.output and files.output_path(values.output, SUFFIXES[values.format])
    plot = values.plot and _plot_path(values.plot)
    from pikelpn_keras.cost import WRITERS, Comparison, report

    formats = _formats(values)
    with user_errors():
        counted = [entry for path in paths for entry in _workloads(path, formats)]
        reports = [report(entry, values.cost_model) for entry in counted]
        if values.format in SINGLE and not values.compare and len(reports) > 1:
            raise UserError(f"{paths[0]} has several subgraphs; add --compare")
        documents = [Comparison(reports)] if values.compare else reports
        text = "\n\n".join(WRITERS[values.format](entry).rstrip("\n") for entry in documents)
    for found in reports:
        for entry in found.workload.unknown:
            print(f"{found.name}: not counted: {entry}", file=sys.stderr)
    _write(text, output)
    if plot:
        _draw(reports, plot)
    return 0


def _formats(values):
    given = [values.weights, values.activations, values.elementwise]
    if all(name is None for name in given):
        return None
    if None in given:
        raise UsageError("give all of --weights, --activations and --elementwise, or none")
    from pikelpn_keras.cost import Formats

    with user_errors():
        return Formats(*given)


def _workloads(name, formats):
    """The `Workload` of a file under the file's name, or one for each subgraph of several."""
    path = pathlib.Path(name)
    if path.suffix == ".tflite":
        from tflite_export import costing

        if formats is not None:
            raise UserError(f"{path}: formats are for float .keras models; this file has its own")
        return costing.workloads(path)
    if path.suffix not in KERAS_SUFFIXES:
        raise UserError(f"{path}: give .keras and .tflite files")
    from pikelpn_keras.cost import workload

    counted = workload(saved_models.load(path), formats)
    return [dataclasses.replace(counted, name=path.stem)]


def _write(text, path):
    if path is None:
        print(text)
        return
    with files.replacing(path) as beside:
        beside.write_text(f"{text}\n", encoding="utf-8")
    print(f"wrote {path}", file=sys.stderr)


def _plot_path(name):
    if importlib.util.find_spec("matplotlib") is None:
        raise UserError(
            "--plot needs matplotlib; install it with pip install 'pikelpn-keras[plots]'"
        )
    return files.output_path(name, ".png", "--plot")


def _draw(reports, path):
    from pikelpn_keras.cost import plots

    with user_errors():
        figure = plots.layers(reports[0]) if len(reports) == 1 else plots.shares(reports)
        with files.replacing(path) as beside:
            plots.save(beside, figure)
    print(f"wrote {path}", file=sys.stderr)
