"""Shares the runs of a plan among GPUs, several processes to each.

    KERAS_BACKEND=jax python benchmarks/accuracy/run_parallel.py --plan=plan.json \
        --output=results.jsonl --weights=weights --gpus=2 --workers=5 --seconds=1500

`plan.py` says what a plan is. Runs whose line stands in the output are done, so the same command
goes on after an interruption; --dry_run lists what is left. A run that dies is started anew, three
times in all; float nets whose weights are gone are trained again where another run needs them; no
run begins once it would not end in --seconds. On an H200 an epoch of one net takes 0.9 s alone,
0.7 s among five that share the GPU under NVIDIA's MPS, 0.9 s without it.
"""

import os
import pathlib
import subprocess
import sys

from absl import app, flags
from run_queue import RunQueue, share

_PLAN = flags.DEFINE_string("plan", None, "JSON file of the runs", required=True)
_DATA = flags.DEFINE_string("data", ".", "folder of the npz files")
_OUTPUT = flags.DEFINE_string("output", "results.jsonl", "where results are appended")
_WEIGHTS = flags.DEFINE_string("weights", "weights", "folder of the nets' weights")
_GPUS = flags.DEFINE_integer("gpus", 1, "number of GPUs")
_WORKERS = flags.DEFINE_integer("workers", 5, "processes for each GPU")
_SECONDS = flags.DEFINE_float("seconds", float("inf"), "time for all runs")
_EPOCH_SECONDS = flags.DEFINE_float("epoch_seconds", 3.6, "time of an epoch, to plan with")
_DRY_RUN = flags.DEFINE_bool("dry_run", False, "list the runs that are left, and end")


def main(_):
    """Runs what the plan says and the output does not hold yet."""
    pathlib.Path(_WEIGHTS.value).mkdir(exist_ok=True)
    queue = RunQueue(
        _PLAN.value, _OUTPUT.value, _WEIGHTS.value, _SECONDS.value, _EPOCH_SECONDS.value
    )
    if not _DRY_RUN.value:
        share(queue, _GPUS.value, _WORKERS.value, trained)
    left = queue.left()
    for run in left:
        print("left:", run)
    print(len(left), "runs are left")


def trained(run, gpu):
    """Trains a net in a process of its own; returns whether that ended well."""
    environment = {
        **os.environ,
        "CUDA_VISIBLE_DEVICES": str(gpu),
        "KERAS_BACKEND": "jax",
        "XLA_PYTHON_CLIENT_PREALLOCATE": "false",
    }
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
    succeeded = ended.returncode == 0
    print(run, "done" if succeeded else ended.stderr[-2000:], flush=True)
    return succeeded


if __name__ == "__main__":
    app.run(main)
