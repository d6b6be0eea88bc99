"""Converts a net with one tool and prints what it took, as JSON.

    convert_worker.py CONVERTER NET OUTPUT.tflite REPEATS [FLOAT.tflite]

NET is a key of `architectures.NETS` or the width of a MobileNetV1 at 96 pixels. Printed are the
seconds of each conversion and the megabytes by which the first raised the peak of the process.
"""

import json
import pathlib
import resource
import sys
import time

import numpy as np
from architectures import NETS, mobilenet
from converters import CONVERTERS

IMAGES = 16


def main(key, net, output, repeats, float_path=None):
    """Converts and writes."""
    architecture = NETS[net] if net in NETS else mobilenet(float(net))
    shape = (IMAGES, *architecture.input_shape)
    images = (np.random.default_rng(0).integers(0, 256, shape) / 256).astype("float32")
    float_file = pathlib.Path(float_path).read_bytes() if float_path else None
    convert = CONVERTERS[key].prepare(architecture, images, float_file)
    before = _peak_megabytes()
    times, memory, tflite = [], None, None
    for _ in range(int(repeats)):
        start = time.perf_counter()
        tflite = convert()
        times.append(time.perf_counter() - start)
        memory = _peak_megabytes() - before if memory is None else memory
    pathlib.Path(output).write_bytes(tflite)
    print(json.dumps({"net": architecture.name, "times": times, "memory": memory}))


def _peak_megabytes():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main(*sys.argv[1:])
