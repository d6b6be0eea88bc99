"""Whether the .tflite file of a trained net is as accurate as its Keras model, picture by picture.

    python benchmarks/accuracy/deployed.py --data=cifar10_jpeg.npz --weights=weights \
        --variant=pikelpn --variant=distilled --seeds=0,1,2 --output=deployed.jsonl

Reads the weights that `run.py` left and converts each net. Keras, XNNPACK and the built-in kernels
classify all test pictures, and their integers are compared; the reference kernels and NumPy, which
take 30 ms a picture, compare the first of them. One JSON line for each net goes to the output; a
net whose weights are not there is left out.
"""

import pathlib

import numpy as np
from absl import app, flags
from json_lines import append
from variants import VARIANTS
from weight_files import weights_path

import pikelpn_keras as pk
import tflite_export
from tflite_export.runtimes import RUNTIMES
from tflite_export.runtimes.keras_model import KerasModel

QUICK = ("xnnpack", "builtin")
ALL = ("keras", *QUICK, "reference")


def main(_):
    """Writes a line for each net."""
    options = flags.FLAGS
    data = pathlib.Path(options.data)
    with np.load(data) as file:
        images, labels = (file[name][: options.images] for name in ("x_test", "y_test"))
    name = data.name.removesuffix(".npz")
    for variant in options.variant:
        for seed in map(int, options.seeds):
            path = weights_path(options.weights, variant, name, seed, options.epochs, options.rate)
            if not path.exists():
                print(f"{path} is not there", flush=True)
                continue
            model = VARIANTS[variant].net(images.shape[1:])
            model.load_weights(path)
            shared = {"variant": variant, "data": name, "seed": seed}
            shared |= {"epochs": options.epochs, "rate": options.rate}
            append(options.output, {**shared, **compared(model, images, labels, options.verified)})


def compared(model, images, labels, verified):
    """What the line of a net holds, but for its name.

    Args:
        model: a trained keras.Model of quantized layers, from pictures to logits.
        images: uint8 pictures `(count, *shape)`.
        labels: their classes `(count,)`.
        verified: how many of the pictures all runtimes and NumPy classify.

    Returns:
        dict; `accuracy` and `differing`, integers that differ from those of Keras, by runtime.
    """
    tflite = tflite_export.convert(model, exact="all")
    graph = pk.integer_graph(model)
    (pixels,) = graph.input_integers(images)
    (wanted,) = KerasModel(model, graph).run(images)
    logits = {"keras": wanted}
    for name in QUICK:
        (logits[name],) = RUNTIMES[name](tflite).run(pixels)
    report = tflite_export.verify(model, tflite, images[:verified], runtimes=ALL)
    return {
        "images": len(images),
        "accuracy": {name: _share(found.argmax(1) == labels) for name, found in logits.items()},
        "integers": wanted.size,
        "differing": {name: int(np.sum(logits[name] != wanted)) for name in QUICK},
        "verified_integers": report.compared,
        "verified_differing": dict(report.mismatches),
        "bytes": len(tflite),
    }


def _share(right):
    return float(np.mean(right))


if __name__ == "__main__":
    flags.DEFINE_string("data", None, "npz file of pictures and labels", required=True)
    flags.DEFINE_string("weights", ".", "folder of the nets' weights")
    flags.DEFINE_multi_string("variant", ["pikelpn"], "a variant")
    flags.DEFINE_list("seeds", ["0"], "seeds of each variant")
    flags.DEFINE_integer("epochs", 60, "epochs they were trained for")
    flags.DEFINE_float("rate", pk.FitRecipe().learning_rate, "peak rate they were trained with")
    flags.DEFINE_integer("images", 10_000, "test pictures that the quick runtimes classify")
    flags.DEFINE_integer("verified", 500, "test pictures that all runtimes and NumPy classify")
    flags.DEFINE_string("output", "deployed.jsonl", "where results are appended")
    app.run(main)
