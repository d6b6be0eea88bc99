"""Broken .tflite files by number, and what becomes of each: what `fuzz_reader` and tests run."""

import tracemalloc
import warnings

import numpy as np
from ai_edge_litert import schema_py_generated as schema

from benchmarks.fuzz_mutations import mutated, places_of
from pikelpn_keras import cost
from tests.tflite_export import graphs
from tests.tflite_export.edgetpu import executables
from tests.tflite_export.operators.test_conv2d_transpose import SHAPES, transposed
from tests.tflite_export.reading.plain_files import (
    Layer,
    PlainFile,
    in_several_subgraphs,
    linear,
    with_attachment,
)
from tflite_export import convert, read
from tflite_export.costing import workload
from tflite_export.edgetpu.compiled import packages
from tflite_export.edgetpu.prediction import predict
from tflite_export.inspection_facts import facts
from tflite_export.inspection_html import html_of
from tflite_export.inspection_text import text_of
from tflite_export.operator_list import BrokenFileError, operator_list
from tflite_export.reading.errors import UnsupportedModelError

EXPECTED = (BrokenFileError, UnsupportedModelError)
# Python's objects take a multiple of what they stand for.
MEMORY_FACTOR, MEMORY_FLOOR = 400, 2**23


def sound_files():
    """Files of every kind that the reader knows: converted ones, plain ones, a compiled one."""
    rng = np.random.default_rng(0)
    package = executables.package(executables.executable(1, parameters=64, instructions=8))
    x = graphs.Tensor("x", (5,), graphs.UNSIGNED)
    with warnings.catch_warnings(action="ignore", category=UserWarning):
        net = graphs.small_net(rng, limit=127)
        return (
            convert(net),
            convert(net, input_type="uint8"),
            convert(graphs.small_net(rng), weight_storage="int4"),
            convert(graphs.single(transposed(rng, *SHAPES[3]))),
            linear(rng, Layer("CONV_2D", activation="RELU6")),
            linear(rng, Layer("DEPTHWISE_CONV_2D", inputs=8, outputs=8, dtype="UINT8")),
            with_attachment(linear(rng, Layer("FULLY_CONNECTED", ties=True))),
            executables.compiled_model(package),
            convert(graphs.single(graphs.dense(rng, x, 3))),
            in_several_subgraphs(linear(rng, Layer("FULLY_CONNECTED"))),
            _mean(),
            _dynamic_range(rng),
            _int16(rng),
        )


def _mean():
    file = PlainFile()
    x, y = (file.tensor(shape, scales=0.1) for shape in ((1, 4, 4, 3), (1, 3)))
    axes = file.tensor((2,), "INT32", data=np.array([1, 2], np.int32))
    file.operator("MEAN", 2, [x, axes], [y], schema.ReducerOptionsT())
    return file.write([x], [y])


def _dynamic_range(rng):
    file = PlainFile()
    x, y = (file.tensor((1, size), "FLOAT32") for size in (5, 3))
    weights = file.tensor((3, 5), scales=0.1, data=rng.integers(-127, 128, (3, 5)).astype(np.int8))
    options = schema.FullyConnectedOptionsT(asymmetricQuantizeInputs=True)
    file.operator("FULLY_CONNECTED", 9, [x, weights], [y], options)
    return file.write([x], [y])


def _int16(rng):
    file = PlainFile()
    x, y = (file.tensor((1, size), "INT16", 1e-3) for size in (5, 3))
    weights = file.tensor((3, 5), scales=0.1, data=rng.integers(-127, 128, (3, 5)).astype(np.int8))
    bias = file.tensor((3,), "INT64", 1e-4, data=np.arange(3))
    file.operator("FULLY_CONNECTED", 4, [x, weights, bias], [y], schema.FullyConnectedOptionsT())
    return file.write([x], [y])


def _inspect(file):
    found = facts(file)
    return text_of("x", found), html_of("x", found)


# Each takes the bytes of a file, or its `OperatorList`.
READERS = {
    "operator_list": operator_list,
    "read": lambda file: read(file, kernels="xnnpack"),
    "inspect": _inspect,
    "predict": predict,
    "packages": packages,
    "cost": lambda file: str(cost.report(workload(file))),
}


def outcome(reader, file):
    """How a reader ends: "read", or the class of its error.

    Args:
        reader: a key of `READERS`.
        file: the bytes of a file, or its `OperatorList`.

    Raises:
        Exception: if it ends in any other way than a result or an error of its own.
    """
    try:
        READERS[reader](file)
    except EXPECTED as error:
        return type(error).__name__
    return "read"


def prepared():
    """The sound files, each with the places that the reader looks at."""
    return [(tflite, places_of(tflite)) for tflite in sound_files()]


def case(seed, files):
    """The bytes of the case of a seed; `files` are pairs of a sound file and its places."""
    rng = np.random.default_rng(seed)
    tflite, places = files[int(rng.integers(len(files)))]
    return mutated(rng, tflite, places)


def peak_bytes(reader, content):
    """The memory that a reader takes at most."""
    tracemalloc.start()
    try:
        outcome(reader, content)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
