"""The .tflite files that are compared, made once for each net."""

import json

import environments
from ai_edge_litert import schema_py_generated as schema
from converters import CONVERTERS

FOLDER = environments.FOLDER / "files"


def make(key, net, repeats=1):
    """Makes a file, after the float file where it is needed.

    Args:
        key: key of `converters.CONVERTERS`.
        net: as `convert_worker.py` takes it.
        repeats: conversions.

    Returns:
        (path of the file, dict that `convert_worker.py` prints).
    """
    FOLDER.mkdir(parents=True, exist_ok=True)
    path = FOLDER / f"{net}_{key}.tflite"
    words = [key, net, path, repeats]
    if CONVERTERS[key].needs_float:
        words.append(existing("float", net))
    # TFLiteConverter prints to the same stream; the last line is the worker's.
    printed = environments.run(CONVERTERS[key].environment, "convert_worker.py", *words)
    return path, json.loads(printed.splitlines()[-1])


def existing(key, net):
    """Path of a file, made if it is not there."""
    path = FOLDER / f"{net}_{key}.tflite"
    return path if path.exists() else make(key, net)[0]


def operators(path):
    """Number of operators in the first subgraph of a file."""
    model = schema.Model.GetRootAsModel(path.read_bytes(), 0)
    return model.Subgraphs(0).OperatorsLength()
