"""`BenchmarkReport`: what a benchmark measured, in the schema of the Android app."""

import dataclasses
from collections.abc import Mapping
from typing import Any

import numpy as np

SCHEMA = "pikelpn.benchmark/1"
# Fewer runs, or less time, say little: the app's BenchmarkPlan has the same numbers.
VALID_RUNS = 20
VALID_SECONDS = 1.0
COLUMNS = ("device", "model", "engine", "threads", "p50", "p90", "p99", "mean", "exact")


@dataclasses.dataclass(frozen=True)
class BenchmarkReport:
    """Times of a model on a machine.

    Attributes:
        started: date and time of the start, ISO 8601.
        model: name, bytes and sha256 of the file.
        engine: name, runtime and threads.
        device: name, system, processor, abi and cores.
        load_ms: milliseconds until the model was ready.
        first_ms: milliseconds of the very first run.
        warmup_runs: runs before measuring began.
        samples_ms: milliseconds of each measured run.
        samples_at_s: when each ended, in seconds since measuring began.
        memory: process_bytes with the model loaded and model_bytes that it added, or None.
    """

    started: str
    model: Mapping[str, Any]
    engine: Mapping[str, Any]
    device: Mapping[str, Any]
    load_ms: float
    first_ms: float
    warmup_runs: int
    samples_ms: tuple[float, ...]
    samples_at_s: tuple[float, ...]
    memory: Mapping[str, Any]

    @property
    def latency_ms(self):
        """Number of runs, mean, standard deviation, extremes and percentiles, in milliseconds."""
        times = np.asarray(self.samples_ms)
        p50, p90, p99 = np.percentile(times, (50, 90, 99))
        return {
            "runs": len(times),
            "mean": float(times.mean()),
            "stddev": float(times.std()),
            "min": float(times.min()),
            "p50": float(p50),
            "p90": float(p90),
            "p99": float(p99),
            "max": float(times.max()),
        }

    @property
    def valid(self):
        """Whether enough was measured for the percentiles to mean something."""
        return len(self.samples_ms) >= VALID_RUNS and self.samples_at_s[-1] >= VALID_SECONDS

    def to_json(self):
        """The report as the app writes it: maps, lists, texts and numbers."""
        return {
            "schema": SCHEMA,
            "started": self.started,
            "model": dict(self.model),
            "engine": dict(self.engine),
            "device": dict(self.device),
            "load_ms": self.load_ms,
            "first_ms": self.first_ms,
            "warmup_runs": self.warmup_runs,
            "latency_ms": self.latency_ms,
            "memory": dict(self.memory),
            "valid": self.valid,
            "exactness": None,
            "samples_ms": list(self.samples_ms),
            "samples_at_s": list(self.samples_at_s),
            "samples_thermal": [None] * len(self.samples_ms),
        }

    def __str__(self):
        return table([self.to_json()])


def table(results):
    """Results in the JSON schema as a table, times in milliseconds.

    Behind it stand the times of operators, where a result has them.

    Example:

    >>> print(table([{"schema": SCHEMA, "error": "It broke."}]))
    It broke.
    """
    rows = [_row(result) for result in results if "error" not in result]
    lines = []
    if rows:
        rows.insert(0, COLUMNS)
        widths = [max(len(row[i]) for row in rows) for i in range(len(COLUMNS))]
        lines += ["  ".join(c.ljust(w) for c, w in zip(row, widths, strict=True)) for row in rows]
        lines = [line.rstrip() for line in lines]
    for result in results:
        if result.get("operators"):
            lines += ["", f"{result['device']['name']}, {result['model']['name']}:"]
            lines += _operator_lines(result["operators"])
    return "\n".join(lines + [result["error"] for result in results if "error" in result])


def _operator_lines(operators):
    """A line for each operator: its mean time and its share of all."""
    total = sum(operator["mean_ms"] for operator in operators) or 1.0
    for operator in operators:
        share = operator["mean_ms"] / total
        yield f"{operator['mean_ms']:10.3f} ms {share:6.1%}  {operator['name']}"


def _row(result):
    latency, engine, exactness = result["latency_ms"], result["engine"], result["exactness"]
    times = (f"{latency[key]:.3f}" for key in ("p50", "p90", "p99", "mean"))
    exact = "-" if exactness is None else f"{exactness['differing']} of {exactness['compared']}"
    return (
        result["device"]["name"], result["model"]["name"], engine["name"],
        str(engine["threads"]), *times, exact,
    )  # fmt: skip
