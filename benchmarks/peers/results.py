"""Lines of results: one JSON object for each figure."""

import json
import pathlib

import numpy as np


def line(benchmark, case, subject, metric, values, unit):
    """A figure as the median of repeats with its quartiles.

    Args:
        benchmark: name of the program.
        case: what was measured: the net, the backend, the number of threads.
        subject: what the figure is of.
        metric: its name.
        values: the repeats, or one number.
        unit: "ms", "s", "MB", "bytes", "ratio", "integers" and so on.

    Returns:
        dict with these and `value`, `low` and `high`, rounded to five digits unless they are whole.

    Example:

    >>> line("inference", "CIFAR net", "ours", "time", [4.0, 1.0, 2.0], "ms")["low"]
    1.5
    """
    low, value, high = map(_rounded, np.quantile(values, (0.25, 0.5, 0.75)))
    return {
        "benchmark": benchmark,
        "case": case,
        "subject": subject,
        "metric": metric,
        "value": value,
        "low": low,
        "high": high,
        "unit": unit,
    }


def _rounded(value):
    return float(value) if float(value).is_integer() else float(f"{value:.5g}")


def write(path, groups):
    """Prints lines as they come, and makes a file of all that have come.

    Args:
        path: the file, or None to print alone.
        groups: lists of lines.
    """
    lines = []
    for group in groups:
        for found in group:
            print(text(found), flush=True)
        lines += group
        if path is not None:
            pathlib.Path(path).write_text("".join(f"{json.dumps(found)}\n" for found in lines))


def text(found):
    """One line for people.

    Example:

    >>> text(line("inference", "CIFAR net", "ours", "time", [4.0, 1.0, 2.0], "ms"))
    'inference, CIFAR net: ours, time: 2 ms (1.5 .. 3)'
    """
    head = f"{found['benchmark']}, {found['case']}: {found['subject']}, {found['metric']}"
    spread = f" ({found['low']:g} .. {found['high']:g})" if found["low"] < found["high"] else ""
    return f"{head}: {found['value']:g} {found['unit']}{spread}"
