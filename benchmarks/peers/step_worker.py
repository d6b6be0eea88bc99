"""Trains a library's net as many steps as it is told, line by line, and answers with the times.

    step_worker.py LIBRARY NET BATCH_SIZE

It answers with a JSON object once the first step is done: net, time and parameters. For each line
with a number it takes so many steps and answers with the time of each, and the peak memory that the
process has grown by since the imports. Times are two: seconds on the clock, and seconds that all
threads of the process took. `training_step.py` starts it.
"""

import importlib
import json
import resource
import sys
import time

import numpy as np
from architectures import NETS
from libraries import LIBRARIES


def main():
    """Answers until there are no more lines."""
    key, net, batch_size = sys.argv[1], sys.argv[2], int(sys.argv[3])
    library, architecture = LIBRARIES[key], NETS[net]
    keras = importlib.import_module(library.keras)
    before = _peak_megabytes()
    model = library.build(architecture)
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.Adam(1e-3), loss)
    random = np.random.default_rng(0)
    shape = (batch_size, *architecture.input_shape)
    images = (random.integers(0, 256, shape) / 256).astype("float32")
    labels = random.integers(0, architecture.classes, batch_size)

    def step():
        start = time.perf_counter(), time.process_time()
        model.train_on_batch(images, labels)
        return time.perf_counter() - start[0], time.process_time() - start[1]

    _answer(
        {
            "net": architecture.name,
            "first_step": step(),
            "parameters": int(model.count_params()),
        }
    )
    for line in sys.stdin:
        times = [step() for _ in range(int(line))]
        _answer({"times": times, "memory": _peak_megabytes() - before})


def _answer(found):
    print(json.dumps(found), flush=True)


def _peak_megabytes():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main()
