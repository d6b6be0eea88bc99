"""`verify`: does every runtime compute what was trained?"""

import numpy as np

from pikelpn_keras.arrays import as_arrays
from pikelpn_keras.integer import IntegerGraph
from tflite_export import metadata
from tflite_export.edges import edges_of
from tflite_export.graphs import as_graph
from tflite_export.inspection import expose
from tflite_export.operator_list import content_of, operator_list
from tflite_export.proof import KERAS
from tflite_export.report import Report
from tflite_export.runtimes import RUNTIMES, RuntimeUnavailable
from tflite_export.runtimes.keras_model import KerasModel

# Images between two calls of `progress`; runtimes batch within them as they like.
CHUNK = 512


def verify(model_or_graph, tflite, inputs, *, runtimes=(KERAS, *RUNTIMES), progress=None):
    """Compares what runtimes compute of a file with the model's integers in NumPy.

    Args:
        model_or_graph: the Keras model or `IntegerGraph` that the file was converted from.
        tflite: path or bytes of the file.
        inputs: array `(images, *shape)`, or a list or tuple of them, one for each input of the
            model. Integers are grid integers, floats are values, to be rounded to the input grid.
        runtimes: names out of "keras", "xnnpack", "xnnpack-2-threads", "builtin", "reference" and
            "tflm".
        progress: called with the images done and the images in all, now and then.

    Returns:
        a `Report`.

    Raises:
        ValueError: if a runtime is unknown, the file is damaged or was converted from another
            model, or the inputs do not fit the model.
        OSError: if there is no such file.

    Example:

    >>> from pikelpn_keras.integer import Grid
    >>> from pikelpn_keras.integer.nodes import Add, Tensor
    >>> from tflite_export import convert
    >>> x, y = Tensor("x", (4,), Grid(-8)), Tensor("y", (4,), Grid(-8))
    >>> graph = IntegerGraph("double", (x,), (Add((x, x), y),), ("y",))
    >>> report = verify(graph, convert(graph), np.arange(-4, 4).reshape(2, 4))
    >>> report.mismatches["xnnpack"], report.compared, report.exact
    (0, 8, True)
    """
    graph, tflite = as_graph(model_or_graph), content_of(tflite)
    _check_runtimes(runtimes)
    # Runtimes and the schema's own reader trust a file; this one checks every offset.
    operator_list(tflite)
    _check_edges(graph, tflite)
    _check_origin(graph, tflite)
    inputs = as_arrays("inputs", inputs)
    runners, skipped = _load(model_or_graph, graph, tflite, runtimes)
    tallies, compared = _compare(graph, inputs, runners, progress)
    classes, unproven = _proofs(graph, tflite)
    return Report(
        compared=compared,
        mismatches={name: tally.mismatches for name, tally in tallies.items()},
        skipped=skipped,
        first_difference={
            name: _first_difference(graph, tflite, inputs, name, tally)
            for name, tally in tallies.items()
            if tally.mismatches
        },
        classes=classes,
        unproven=unproven,
    )


class _Tally:
    """Differences of one runtime: how many integers, and where the first of them lies."""

    def __init__(self):
        self.mismatches = 0
        self.image = None
        self.output = None

    def add(self, start, expected, computed):
        """Counts the differences of the images from `start` on, for each output."""
        for output, (right, other) in enumerate(zip(expected, computed, strict=True)):
            differs = right != other
            self.mismatches += int(differs.sum())
            if self.image is None and differs.any():
                self.image, self.output = start + int(np.argwhere(differs)[0][0]), output


def _check_runtimes(runtimes):
    known = (KERAS, *RUNTIMES)
    for name in runtimes:
        if name not in known:
            raise ValueError(f"runtime {name!r} is unknown; choose from {', '.join(known)}")


def _check_edges(graph, tflite):
    edges = edges_of(tflite)
    tensors = graph.tensors
    outputs = [tensors[name] for name in graph.outputs]
    for kind, theirs, ours in (
        ("inputs", edges.inputs, graph.inputs),
        ("outputs", edges.outputs, outputs),
    ):
        in_file, in_model = [edge.shape for edge in theirs], [tensor.shape for tensor in ours]
        if in_file != in_model:
            raise ValueError(
                f"the {kind} of the file have the shapes {in_file} and those of model "
                f"'{graph.name}' {in_model}; convert the model again"
            )


def _check_origin(graph, tflite):
    try:
        digest = metadata.read_record(tflite)["digest"]
    except ValueError:
        return
    if digest != metadata.digest_of(graph):
        raise ValueError(
            f"the file was converted from another model than '{graph.name}', or from an earlier "
            "state of it; convert the model again"
        )


def _load(model_or_graph, graph, tflite, runtimes):
    """Functions from inputs and their grid integers to outputs, and reasons for those left out."""
    runners, skipped = {}, {}
    for name in runtimes:
        if name == KERAS and isinstance(model_or_graph, IntegerGraph):
            skipped[name] = "an IntegerGraph was given, not a Keras model"
        elif name == KERAS:
            keras_model = KerasModel(model_or_graph, graph)
            runners[name] = lambda inputs, integers, run=keras_model.run: run(*inputs)
        else:
            try:
                runtime = RUNTIMES[name](tflite)
            except RuntimeUnavailable as error:
                skipped[name] = str(error)
                continue
            runners[name] = lambda inputs, integers, run=runtime.run: run(*integers)
    return runners, skipped


def _compare(graph, inputs, runners, progress):
    """A `_Tally` for each runner, and how many integers it covers."""
    images = len(inputs[0])
    if not images:
        raise ValueError("the inputs hold no images; pass at least one")
    tallies, compared = {name: _Tally() for name in runners}, 0
    for start in range(0, images, CHUNK):
        chunk = [array[start : start + CHUNK] for array in inputs]
        integers = graph.input_integers(*chunk)
        expected = graph.run(*integers)
        expected = expected if isinstance(expected, tuple) else (expected,)
        compared += sum(array.size for array in expected)
        for name, run in runners.items():
            tallies[name].add(start, expected, run(chunk, integers))
        if progress is not None:
            progress(min(start + CHUNK, images), images)
    return tallies, compared


def _first_difference(graph, tflite, inputs, name, tally):
    """Name of the first tensor, in graph order, that differs for the first image that does."""
    output = graph.outputs[tally.output]
    exposed, names = expose(tflite, [node.name for node in graph.nodes])
    if name == KERAS or not names:
        return output
    image = [array[tally.image : tally.image + 1] for array in inputs]
    integers = graph.input_integers(*image)
    expected = graph.trace(*integers)
    computed = RUNTIMES[name](exposed).run(*integers)
    differing = (
        tensor
        for tensor, array in zip(names, computed, strict=True)
        if not np.array_equal(expected[tensor], array)
    )
    return next(differing, output)


def _proofs(graph, tflite):
    """Classes and unproven layers, as the file's record states them."""
    try:
        layers = metadata.read_record(tflite)["layers"]
    except ValueError as error:
        return {}, {graph.name: str(error)}
    classes = {layer["name"]: layer["encoding"] for layer in layers}
    unproven = {
        layer["name"]: "; ".join(
            f"{failure['reason']} ({', '.join(failure['runtimes'])})"
            for failure in layer["unproven"]
        )
        for layer in layers
        if layer["unproven"]
    }
    return classes, unproven
