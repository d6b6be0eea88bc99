"""What `import pikelpn_keras` adds to `import keras`, and how long `pikelpn --help` takes.

    python benchmarks/start.py [--repeats=7] [--output=FILE]

Every figure is of a process of its own; the programs take turns. Processor time is given beside
wall time, because other work on the machine lengthens it less.
"""

import os
import resource
import subprocess
import sys
import time

import numpy as np
from absl import app, flags
from peers import results

_REPEATS = flags.DEFINE_integer("repeats", 7, "processes of each program")
_OUTPUT = flags.DEFINE_string("output", None, "file for the JSON lines")

HELP = """
import sys
from tflite_export import cli
cli.main(["--help"])
assert not {"keras", "tensorflow"} & set(sys.modules)
"""
PROGRAMS = {
    "import keras": "import keras",
    "import keras, pikelpn_keras.layers": "import keras, pikelpn_keras; pikelpn_keras.layers",
    "pikelpn --help": HELP,
}


def seconds(program):
    """Processor and wall time of a Python program in a new process."""
    before, start = _processor_seconds(), time.perf_counter()
    subprocess.run(
        [sys.executable, "-c", program],
        check=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"},
    )
    return _processor_seconds() - before, time.perf_counter() - start


def _processor_seconds():
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def lines(rounds):
    """The results' lines of the times of all rounds.

    Args:
        rounds: array of shape (rounds, programs, 2), processor and wall time.
    """
    found = []
    for column, metric in enumerate(("processor time", "time")):
        times = rounds[..., column].T
        for subject, values in zip(PROGRAMS, times, strict=True):
            found.append(results.line("start", "processes", subject, metric, values, "s"))
        keras, ours, _ = times
        added = f"{metric} beyond that of Keras"
        subject = "import pikelpn_keras"
        found.append(results.line("start", "processes", subject, added, ours - keras, "s"))
    return found


def main(_):
    """Measures, prints and writes."""
    for program in PROGRAMS.values():
        seconds(program)
    rounds = [[seconds(p) for p in PROGRAMS.values()] for _ in range(_REPEATS.value)]
    results.write(_OUTPUT.value, [lines(np.array(rounds))])


if __name__ == "__main__":
    app.run(main)
