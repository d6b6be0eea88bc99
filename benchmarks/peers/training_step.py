"""A training step of each library over that of its float net, in turns.

    python benchmarks/peers/training_step.py --output=benchmarks/results/training_step.jsonl

Every library builds the same nets in a process of its own and takes its first step, one after the
other, and all of them so many times. Then the last processes take turns, some steps each, and a
round's ratio is the median of a library's steps over that of its float net in the same round.
Libraries of Keras 2 are compared with Keras 2's float net, the others with Keras 3's.
"""

import contextlib
import itertools
import json
import subprocess

import environments
import numpy as np
import results
from absl import app, flags
from libraries import LIBRARIES, available

_BACKENDS = flags.DEFINE_list("backends", ["tensorflow", "jax"], "backends of Keras")
_NETS = flags.DEFINE_list("nets", ["cifar", "mobilenet"], "nets: cifar, mobilenet")
_LIBRARIES = flags.DEFINE_list("libraries", [], "keys of libraries.LIBRARIES; empty for all")
_BATCH_SIZE = flags.DEFINE_integer("batch_size", 32, "pictures in a step")
_STARTS = flags.DEFINE_integer("starts", 3, "first steps of each library, in new processes")
_ROUNDS = flags.DEFINE_integer("rounds", 8, "rounds")
_STEPS = flags.DEFINE_integer("steps", 3, "steps of each library in a round")
_OUTPUT = flags.DEFINE_string("output", None, "file for the JSON lines")

BACKEND_NAMES = {"tensorflow": "TensorFlow", "jax": "JAX"}


class Worker:
    """A library's net in a process of its own."""

    def __init__(self, key, net, backend):
        words, variables = environments.command(
            LIBRARIES[key].environment, "step_worker.py", key, net, _BATCH_SIZE.value
        )
        self._process = subprocess.Popen(
            words,
            env={**variables, "KERAS_BACKEND": backend},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        started = self._read()
        self.net, self.first_step = started["net"], started["first_step"]
        self.parameters = started["parameters"]
        self.memory = 0.0

    def steps(self, count):
        """Median seconds of so many steps, on the clock and of all threads."""
        print(count, file=self._process.stdin, flush=True)
        answer = self._read()
        self.memory = answer["memory"]
        return np.median(answer["times"], axis=0)

    def close(self):
        """Ends the process."""
        self._process.stdin.close()
        self._process.wait()

    def _read(self):
        answer = self._process.stdout.readline()
        if not answer:
            raise RuntimeError(f"{self._process.args} ended with {self._process.wait()}")
        return json.loads(answer)


def _chosen(backend):
    return [key for key in available(backend) if key in (_LIBRARIES.value or LIBRARIES)]


def _started(net, backend, stack):
    """Workers by library, which `stack` closes, and the first steps that all of theirs took."""
    first_steps = {key: [] for key in _chosen(backend)}
    for _ in range(_STARTS.value):
        stack.close()
        workers = {}
        for key, found in first_steps.items():
            workers[key] = Worker(key, net, backend)
            stack.callback(workers[key].close)
            found.append(workers[key].first_step)
    return workers, first_steps


def measure(net, backend):
    """Lines of one net on one backend."""
    with contextlib.ExitStack() as stack:
        workers, first_steps = _started(net, backend, stack)
        for worker in workers.values():
            worker.steps(_STEPS.value)
        rounds = [
            {key: worker.steps(_STEPS.value) for key, worker in workers.items()}
            for _ in range(_ROUNDS.value)
        ]
    lines = []
    name = next(iter(workers.values())).net
    case = f"{name}, {BACKEND_NAMES[backend]}, {_BATCH_SIZE.value} pictures"
    for key, worker in workers.items():
        library = LIBRARIES[key]
        seconds = np.array([found[key] for found in rounds])
        ratios = (seconds / [found[library.baseline] for found in rounds]).T
        first = np.array(first_steps[key])
        first_ratios = (first / first_steps[library.baseline]).T
        for metric, values, unit in (
            ("step", 1e3 * seconds[:, 0], "ms"),
            ("step over float", ratios[0], "ratio"),
            ("the same of processor time", ratios[1], "ratio"),
            ("first step", first[:, 0], "s"),
            ("first step over float", first_ratios[0], "ratio"),
            ("its processor time over float", first_ratios[1], "ratio"),
            ("peak memory", worker.memory, "MB"),
            ("parameters", worker.parameters, ""),
        ):
            lines.append(
                results.line("peers/training_step", case, library.name, metric, values, unit)
            )
    return lines


def main(_):
    """Measures all nets on all backends."""
    cases = itertools.product(_BACKENDS.value, _NETS.value)
    results.write(_OUTPUT.value, (measure(net, backend) for backend, net in cases))


if __name__ == "__main__":
    app.run(main)
