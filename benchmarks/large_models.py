"""The largest models at 224x224x3 with 1000 classes: build, convert, compare all runtimes.

    python benchmarks/large_models.py [--models=1x,6x] [--images=1]

Each model has a process of its own. Norms and ranges see the pictures once, as the first step of a
training would show them, then the file is converted with `exact="all"` and every runtime computes
the pictures. Pictures are squares cut out of the two photographs that scikit-learn brings. Memory
is the peak of the process when the step is done, imports and all before included.
"""

import concurrent.futures
import multiprocessing
import resource
import time

from absl import app, flags

_MODELS = flags.DEFINE_list("models", ["1x", "6x"], "variants of PikeLPN")
_IMAGES = flags.DEFINE_integer("images", 1, "pictures to compare")
SIZE = 224
COLUMNS = "| model | parameters | build | convert | verify | file | differing integers |"


def _peak_gigabytes():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20


def _pictures(count):
    """uint8 array `(count, SIZE, SIZE, 3)` of cut-outs."""
    import numpy as np
    import sklearn.datasets

    photographs = sklearn.datasets.load_sample_images().images
    rng = np.random.default_rng(0)
    cuts = []
    for number in range(count):
        photograph = photographs[number % len(photographs)]
        top, left = (rng.integers(0, side - SIZE + 1) for side in photograph.shape[:2])
        cuts.append(photograph[top : top + SIZE, left : left + SIZE])
    return np.stack(cuts)


def measure(variant, images):
    """The table's row of one variant."""
    import pikelpn_keras as pk
    import tflite_export

    cells = []

    def timed(function):
        start = time.perf_counter()
        result = function()
        seconds = time.perf_counter() - start
        cells.append(f"{seconds:.1f} s, {_peak_gigabytes():.2f} GB")
        return result

    pictures = _pictures(images)
    model = timed(lambda: pk.models.PikeLPN(variant, input_shape=(SIZE, SIZE, 3)))
    model(pictures, training=True)
    tflite = timed(lambda: tflite_export.convert(model, exact="all"))
    report = timed(lambda: tflite_export.verify(model, tflite, pictures))
    differing = f"{sum(report.mismatches.values())} of {report.compared} on "
    differing += ", ".join(report.mismatches)
    differing += "".join(f"; {name} skipped: {why}" for name, why in report.skipped.items())
    cells = [*cells, f"{len(tflite) / 1e6:.1f} MB", differing]
    return f"| {variant} | {model.count_params():,} | {' | '.join(cells)} |"


def main(_):
    """Measures and prints."""
    print(COLUMNS)
    print("|---" * COLUMNS.count(" | ") + "|---|")
    for variant in _MODELS.value:
        context = multiprocessing.get_context("spawn")
        with concurrent.futures.ProcessPoolExecutor(1, mp_context=context) as pool:
            print(pool.submit(measure, variant, _IMAGES.value).result(), flush=True)


if __name__ == "__main__":
    app.run(main)
