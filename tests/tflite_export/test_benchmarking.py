import hashlib
import json

import numpy as np
import pytest

import tflite_export
from pikelpn_keras.integer import Grid, IntegerGraph
from pikelpn_keras.integer.nodes import Add, Tensor
from tflite_export.benchmark_report import BenchmarkReport, table


@pytest.fixture(scope="module")
def tflite():
    x, y = Tensor("x", (4,), Grid(-8)), Tensor("y", (4,), Grid(-8))
    return tflite_export.convert(IntegerGraph("double", (x,), (Add((x, x), y),), ("y",)))


def report(**changes):
    values = {
        "started": "2026-01-02T03:04:05Z",
        "model": {"name": "m.tflite", "bytes": 3, "sha256": "00"},
        "engine": {"name": "xnnpack", "runtime": "LiteRT 1", "threads": 2},
        "device": {"name": "pc", "system": "Linux", "processor": "p", "abi": "x86_64", "cores": 2},
        "load_ms": 1.0,
        "first_ms": 2.0,
        "warmup_runs": 5,
        "samples_ms": (7.0, 1.0, 4.0, 2.0, 9.0),
        "samples_at_s": (0.2, 0.4, 0.6, 0.8, 1.0),
        "memory": {"process_bytes": 1, "model_bytes": None},
    }
    return BenchmarkReport(**(values | changes))


@pytest.mark.parametrize("engine", ["xnnpack", "builtin", "reference"])
def test_measures_with_every_family_of_kernels(tflite, engine):
    result = tflite_export.benchmark(tflite, engine=engine, threads=2, runs=7, min_seconds=0)
    assert result.engine["name"] == engine and result.engine["threads"] == 2
    assert len(result.samples_ms) == 7 and min(result.samples_ms) > 0
    assert result.model["sha256"] == hashlib.sha256(tflite).hexdigest()
    assert list(result.samples_at_s) == sorted(result.samples_at_s)
    assert 1e3 * result.samples_at_s[-1] >= sum(result.samples_ms)


def test_measures_until_runs_and_seconds_are_reached(tflite):
    result = tflite_export.benchmark(tflite, runs=1, min_seconds=0.05)
    assert len(result.samples_ms) > 1 and result.samples_at_s[-1] >= 0.05


def test_the_longest_time_ends_it(tflite):
    result = tflite_export.benchmark(tflite, runs=10**9, min_seconds=0, max_seconds=0.05)
    assert 0.05 <= result.samples_at_s[-1] < 1


def test_percentiles_and_moments():
    latency = report().latency_ms
    assert latency == {
        "runs": 5,
        "mean": pytest.approx(4.6),
        "stddev": pytest.approx(np.std([7, 1, 4, 2, 9])),
        "min": 1.0,
        "p50": 4.0,
        "p90": pytest.approx(8.2),
        "p99": pytest.approx(8.92),
        "max": 9.0,
    }


def test_few_runs_or_little_time_are_not_valid():
    long = {"samples_ms": (1.0,) * 20, "samples_at_s": tuple(np.linspace(0.1, 1.0, 20))}
    assert report(**long).valid
    assert not report().valid
    assert not report(**(long | {"samples_at_s": (0.01,) * 20})).valid


def test_json_is_json():
    written = json.loads(json.dumps(report().to_json()))
    assert written["schema"] == "pikelpn.benchmark/1"
    assert written["samples_thermal"] == [None] * 5


def test_table_has_a_row_each_and_errors_behind():
    text = table([report().to_json(), {"error": "It broke."}, report().to_json()])
    lines = text.splitlines()
    assert len(lines) == 4 and lines[-1] == "It broke."
    assert lines[1].split() == ["pc", "m.tflite", "xnnpack", "2", "4.000", "8.200", "8.920",
                                "4.600", "-"]  # fmt: skip


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"engine": "npu"}, "one of xnnpack, builtin, reference"),
        ({"threads": 0}, "threads must be a whole number from 1 on, not 0"),
        ({"warmup": -1}, "warmup must be"),
        ({"runs": 1.5}, "runs must be"),
        ({"min_seconds": 2, "max_seconds": 1}, "finite maximum"),
        ({"min_seconds": float("nan")}, "finite maximum"),
        ({"max_seconds": float("inf")}, "finite maximum"),
    ],
)
def test_refuses(tflite, arguments, message):
    with pytest.raises(ValueError, match=message):
        tflite_export.benchmark(tflite, **arguments)


def test_a_damaged_file_is_refused(tflite):
    with pytest.raises(ValueError, match="LiteRT does not load the file"):
        tflite_export.benchmark(tflite[:100])
