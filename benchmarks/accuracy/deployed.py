"""Whether the .tflite file of a trained net is as accurate as its Keras model, picture by picture.

    python benchmarks/accuracy/deployed.py --data=cifar10_jpeg.npz --weights=weights \
        --variant=pikelpn --variant=distilled --seeds=0,1,2 --output=deployed.jsonl

Reads the weights that `run.py` left, converts each net, and compares the integers of Keras with
those of each runtime over all test pictures. One JSON line for each net goes to the output.
"""

import json
import os

import numpy as np
from absl import app, flags
from variants import VARIANTS

import pikelpn_keras as pk
import tflite_export

_DATA = flags.DEFINE_string("data", None, "npz file of pictures and labels", required=True)
_WEIGHTS = flags.DEFINE_string("weights", ".", "folder of the nets' weights")
_VARIANTS = flags.DEFINE_multi_string("variant", ["pikelpn"], "a variant")
_SEEDS = flags.DEFINE_list("seeds", ["0"], "seeds of each variant")
_RATE = flags.DEFINE_float("rate", pk.FitRecipe().learning_rate, "peak rate they were trained with")
_OUTPUT = flags.DEFINE_string("output", "deployed.jsonl", "where results are appended")

RUNTIMES = ("keras", "xnnpack", "builtin", "reference")


def main(_):
    """Writes a line for each net."""
    with np.load(_DATA.value) as file:
        images, labels = file["x_test"], file["y_test"]
    name = os.path.basename(_DATA.value).removesuffix(".npz")
    for variant in _VARIANTS.value:
        for seed in _SEEDS.value:
            file = f"{variant}_{name}_{seed}_{_RATE.value:g}.weights.h5".replace(" ", "_")
            model = VARIANTS[variant].net(images.shape[1:])
            model.load_weights(os.path.join(_WEIGHTS.value, file))
            result = {"variant": variant, "data": name, "seed": int(seed)}
            line = json.dumps({**result, **_compared(model, images, labels)})
            print(line, flush=True)
            with open(_OUTPUT.value, "a", encoding="utf-8") as output:
                output.write(line + "\n")


def _compared(model, images, labels):
    tflite = tflite_export.convert(model, exact="all")
    report = tflite_export.verify(model, tflite, images, runtimes=RUNTIMES)
    predicted = model.predict(images, batch_size=500, verbose=0).argmax(1)
    return {
        "accuracy": float(np.mean(predicted == labels)),
        "bytes": len(tflite),
        "integers": report.compared,
        "differing": dict(report.mismatches),
    }


if __name__ == "__main__":
    app.run(main)
