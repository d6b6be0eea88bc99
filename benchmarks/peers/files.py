"""The .tflite files that are compared, made once for each net, and again when a program changes."""

import functools
import json

import environments
from ai_edge_litert import schema_py_generated as schema
from converters import CONVERTERS

FOLDER = environments.FOLDER / "files"
# What makes the files; the peers themselves are pinned.
PROGRAMS = ("pikelpn_keras", "tflite_export", "benchmarks/peers")


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
    """Path of a file, made if it is not there or older than a program that makes it."""
    path = FOLDER / f"{net}_{key}.tflite"
    current = path.exists() and path.stat().st_mtime > _last_change()
    return path if current else make(key, net)[0]


@functools.cache
def _last_change():
    """When a program was last written, in seconds as `stat` has them."""
    programs = (p for folder in PROGRAMS for p in (environments.ROOT / folder).rglob("*.py"))
    return max(program.stat().st_mtime for program in programs)


def operators(path):
    """Number of operators in the first subgraph of a file."""
    model = schema.Model.GetRootAsModel(path.read_bytes(), 0)
    return model.Subgraphs(0).OperatorsLength()
