"""Shares the runs of a plan among GPUs, several processes to each.

    KERAS_BACKEND=jax python benchmarks/accuracy/run_parallel.py --plan=plan.json \
        --output=results.jsonl --weights=weights --gpus=2 --workers=5 --seconds=1500

A plan is a JSON list of objects: data, the name of an npz file in --data without its ending;
variant, a name of `variants.py`; seeds, a list; epochs; rate. Runs whose line stands in the output
are done; no run begins once it would not end in --seconds. On an H200 an epoch of one net takes
0.9 s alone, 0.7 s among five that share the GPU under NVIDIA's MPS, 0.9 s without it.
"""

import dataclasses
import json
import os
import pathlib
import subprocess
import sys
import threading
import time

from absl import app, flags
from variants import VARIANTS

_PLAN = flags.DEFINE_string("plan", None, "JSON file of the runs", required=True)
_DATA = flags.DEFINE_string("data", ".", "folder of the npz files")
_OUTPUT = flags.DEFINE_string("output", "results.jsonl", "where results are appended")
_WEIGHTS = flags.DEFINE_string("weights", "weights", "folder of the nets' weights")
_GPUS = flags.DEFINE_integer("gpus", 1, "number of GPUs")
_WORKERS = flags.DEFINE_integer("workers", 5, "processes for each GPU")
_SECONDS = flags.DEFINE_float("seconds", float("inf"), "time for all runs")
_EPOCH_SECONDS = flags.DEFINE_float("epoch_seconds", 3.6, "time of an epoch, to plan with")

START_SECONDS = 25


@dataclasses.dataclass(frozen=True)
class Run:
    """One net to train."""

    data: str
    variant: str
    seed: int
    epochs: int
    rate: float

    @property
    def expected_seconds(self):
        """Seconds that it may take, its start included."""
        return START_SECONDS + self.epochs * _EPOCH_SECONDS.value

    def can_start(self):
        """Whether the float net it needs is there."""
        name = f"float_{self.data}_{self.seed}_{self.rate:g}.weights.h5"
        there = pathlib.Path(_WEIGHTS.value, name).exists()
        return there or not VARIANTS[self.variant].needs_float_net


class Queue:
    """The runs that are still to do, handed out to threads in the order of the plan.

    The plan is read again whenever a thread asks, so that runs can be added meanwhile.
    """

    def __init__(self):
        self._taken = _done()
        self._lock = threading.Lock()
        self._end = time.monotonic() + _SECONDS.value

    def take(self):
        """The next run, or None where none is left that can end in time."""
        while True:
            with self._lock:
                left = self._end - time.monotonic()
                runs = [run for run in _planned() if run not in self._taken]
                runs = [run for run in runs if run.expected_seconds < left]
                for run in runs:
                    if run.can_start():
                        self._taken.add(run)
                        return run
            if not runs:
                return None
            time.sleep(1)


def main(_):
    """Runs what the plan says and the output does not hold yet."""
    pathlib.Path(_WEIGHTS.value).mkdir(exist_ok=True)
    queue = Queue()
    threads = [
        threading.Thread(target=_work, args=(queue, gpu))
        for _ in range(_WORKERS.value)
        for gpu in range(_GPUS.value)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _planned():
    for row in json.loads(pathlib.Path(_PLAN.value).read_text()):
        for seed in row["seeds"]:
            yield Run(row["data"], row["variant"], seed, row["epochs"], row["rate"])


def _done():
    output = pathlib.Path(_OUTPUT.value)
    lines = output.read_text().splitlines() if output.exists() else []
    keys = [field.name for field in dataclasses.fields(Run)]
    return {Run(**{key: json.loads(line)[key] for key in keys}) for line in lines}


def _work(queue, gpu):
    environment = {
        **os.environ,
        "CUDA_VISIBLE_DEVICES": str(gpu),
        "KERAS_BACKEND": "jax",
        "XLA_PYTHON_CLIENT_PREALLOCATE": "false",
    }
    while run := queue.take():
        command = [
            sys.executable,
            str(pathlib.Path(__file__).with_name("run.py")),
            f"--data={pathlib.Path(_DATA.value, run.data)}.npz",
            f"--variant={run.variant}",
            f"--seeds={run.seed}",
            f"--epochs={run.epochs}",
            f"--rate={run.rate}",
            f"--weights={_WEIGHTS.value}",
            f"--output={_OUTPUT.value}",
        ]
        ended = subprocess.run(command, env=environment, capture_output=True, text=True)
        print(run, "done" if ended.returncode == 0 else ended.stderr[-2000:], flush=True)


if __name__ == "__main__":
    app.run(main)
