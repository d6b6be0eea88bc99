"""`benchmark`: how fast a .tflite file runs on this machine."""

import datetime
import hashlib
import os
import pathlib
import platform
import time

import numpy as np

from tflite_export.benchmark_report import BenchmarkReport
from tflite_export.operator_list import BrokenFileError, content_of, operator_list

KERNELS = {
    "xnnpack": "AUTO",
    "builtin": "BUILTIN_WITHOUT_DEFAULT_DELEGATES",
    "reference": "BUILTIN_REF",
}


def benchmark(
    tflite,
    *,
    name="model",
    engine="xnnpack",
    threads=1,
    warmup=5,
    runs=50,
    min_seconds=1.0,
    max_seconds=60.0,
):
    """Times a .tflite file with LiteRT, on inputs of zeros.

    Loading and the first run are timed apart; warm-up runs, the first among them, are not counted.
    Measuring ends when both `runs` and `min_seconds` are reached, or `max_seconds` is.

    Args:
        tflite: path or bytes of the file, of any types of tensors.
        name: what the report calls it.
        engine: "xnnpack", "builtin" or "reference": the family of kernels.
        threads: number of threads.
        warmup: runs before measuring begins.
        runs: measured runs at least.
        min_seconds: seconds to measure at least.
        max_seconds: seconds to measure at most.

    Returns:
        a `BenchmarkReport`.

    Raises:
        ValueError: if an argument makes no sense, or LiteRT does not load or run the file.
        OSError: if there is no such file.

    Example:

    >>> from pikelpn_keras.integer import Grid, IntegerGraph
    >>> from pikelpn_keras.integer.nodes import Add, Tensor
    >>> from tflite_export import convert
    >>> x, y = Tensor("x", (2,), Grid(-8)), Tensor("y", (2,), Grid(-8))
    >>> tflite = convert(IntegerGraph("double", (x,), (Add((x, x), y),), ("y",)))
    >>> benchmark(tflite, runs=3, min_seconds=0).latency_ms["runs"]
    3
    """
    if engine not in KERNELS:
        raise ValueError(f"engine is {engine!r}; it must be one of {', '.join(KERNELS)}")
    _check(threads, warmup, runs, min_seconds, max_seconds)
    tflite = content_of(tflite)
    _check_offsets(tflite)
    return time_interpreter(
        lambda: _interpreter(tflite, engine, threads),
        tflite,
        name=name,
        engine={"name": engine, "runtime": runtime(), "threads": threads},
        warmup=warmup,
        runs=runs,
        min_seconds=min_seconds,
        max_seconds=max_seconds,
    )


def time_interpreter(load, tflite, *, name, engine, warmup, runs, min_seconds, max_seconds):
    """Times an interpreter; `benchmark` says how.

    Args:
        load: function that makes the interpreter, ready to be invoked.
        tflite: bytes of its file.
        name: what the report calls it.
        engine: name, runtime and threads, for the report.
        warmup: runs before measuring begins.
        runs: measured runs at least.
        min_seconds: seconds to measure at least.
        max_seconds: seconds to measure at most.

    Returns:
        a `BenchmarkReport`.

    Raises:
        ValueError: if the interpreter does not run.
    """
    started = datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    memory_before = _resident_bytes()
    start = time.perf_counter()
    interpreter = load()
    load_seconds = time.perf_counter() - start
    first = _time_run(interpreter)
    for _ in range(warmup - 1):
        interpreter.invoke()
    moments, times = _measure(interpreter, runs, min_seconds, max_seconds)
    memory_after = _resident_bytes()
    return BenchmarkReport(
        started=started,
        model={
            "name": name,
            "bytes": len(tflite),
            "sha256": hashlib.sha256(tflite).hexdigest(),
        },
        engine=engine,
        device=_device(),
        load_ms=1e3 * load_seconds,
        first_ms=1e3 * first,
        warmup_runs=warmup,
        samples_ms=tuple(1e3 * seconds for seconds in times),
        samples_at_s=tuple(moments),
        memory={
            "process_bytes": memory_after,
            "model_bytes": None if memory_after is None else max(0, memory_after - memory_before),
        },
    )


def _check(threads, warmup, runs, min_seconds, max_seconds):
    for name, number, least in (("threads", threads, 1), ("warmup", warmup, 0), ("runs", runs, 1)):
        if not isinstance(number, int) or number < least:
            raise ValueError(f"{name} must be a whole number from {least} on, not {number!r}")
    if not 0 <= min_seconds <= max_seconds < float("inf"):
        raise ValueError(
            "min_seconds and max_seconds must run from 0 upwards to a finite maximum, not from "
            f"{min_seconds!r} to {max_seconds!r}"
        )


def _check_offsets(tflite):
    """Refuses a damaged file, which would crash LiteRT: it trusts what it loads."""
    try:
        operator_list(tflite)
    except BrokenFileError as error:
        raise ValueError(f"LiteRT does not load the file: {error}") from error


def _interpreter(tflite, engine, threads):
    # Imported late: it loads the native library.
    from ai_edge_litert.interpreter import Interpreter, OpResolverType

    try:
        interpreter = Interpreter(
            model_content=bytes(tflite),
            experimental_op_resolver_type=OpResolverType[KERNELS[engine]],
            num_threads=threads,
        )
        interpreter.allocate_tensors()
        for detail in interpreter.get_input_details():
            interpreter.set_tensor(detail["index"], np.zeros(detail["shape"], detail["dtype"]))
    except (RuntimeError, ValueError) as error:
        raise ValueError(f"LiteRT does not load the file: {error}") from error
    return interpreter


def _time_run(interpreter):
    start = time.perf_counter()
    try:
        interpreter.invoke()
    except RuntimeError as error:
        raise ValueError(f"LiteRT does not run the file: {error}") from error
    return time.perf_counter() - start


def _measure(interpreter, runs, min_seconds, max_seconds):
    """When each run ended, since the beginning, and how long it took, in seconds."""
    moments, times = [], []
    start = time.perf_counter()
    while not times or not (
        moments[-1] >= max_seconds or (len(times) >= runs and moments[-1] >= min_seconds)
    ):
        times.append(_time_run(interpreter))
        moments.append(time.perf_counter() - start)
    return moments, times


def runtime():
    """Name and version of the runtime."""
    import ai_edge_litert

    return f"LiteRT {ai_edge_litert.__version__}"


def _device():
    return {
        "name": platform.node(),
        "system": f"{platform.system()} {platform.release()}",
        "processor": _processor(),
        "abi": platform.machine(),
        "cores": os.cpu_count(),
    }


def _processor():
    # Linux tells the name there and not through `platform`.
    try:
        lines = pathlib.Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor()
    names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor()


def _resident_bytes():
    """Memory of this process, or None where the system does not tell."""
    try:
        pages = int(pathlib.Path("/proc/self/statm").read_text().split()[1])
    except OSError:
        return None
    return pages * os.sysconf("SC_PAGE_SIZE")
