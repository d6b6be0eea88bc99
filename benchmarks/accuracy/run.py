"""Accuracy experiments, on an accelerator or a patient CPU.

    KERAS_BACKEND=jax python benchmarks/accuracy/run.py --data=cifar10_jpeg.npz \
        --variants=float,pikelpn --seeds=0,1 --epochs=30 --output=results.jsonl

The data file holds x_train, y_train, x_test and y_test, pictures as uint8. One JSON line for each
run goes to the output as the run ends; `table.py` makes a table of them. The float net of a seed
leaves its weights in --teachers, and "distilled" finds its teacher there.
"""

import json
import os
import time

import keras
import numpy as np
from absl import app, flags
from nets import float_net, pikelpn_net
from training import train

_DATA = flags.DEFINE_string("data", None, "npz file of pictures and labels", required=True)
_VARIANTS = flags.DEFINE_list("variants", ["float", "pikelpn"], "variants to train")
_SEEDS = flags.DEFINE_list("seeds", ["0"], "seeds of each variant")
_EPOCHS = flags.DEFINE_integer("epochs", 30, "epochs of a run")
_TEACHERS = flags.DEFINE_string("teachers", ".", "folder of the float nets' weights")
_OUTPUT = flags.DEFINE_string("output", "results.jsonl", "where results are appended")

VARIANTS = {
    "float": (float_net, {}, {}),
    "pikelpn": (pikelpn_net, {}, {}),
    "distilled": (pikelpn_net, {}, {}),
    "never frozen": (pikelpn_net, {}, {"freeze_last": 0.0}),
    "frozen for the last 15 %": (pikelpn_net, {}, {"freeze_last": 0.15}),
    "frozen for the last 50 %": (pikelpn_net, {}, {"freeze_last": 0.5}),
    "mantissa of 4 bits": (pikelpn_net, {"mantissa_bits": 4}, {}),
    "activations of 4 bits": (pikelpn_net, {"activation_bits": 4}, {}),
    "activations of 6 bits": (pikelpn_net, {"activation_bits": 6}, {}),
    "uniform pointwise": (pikelpn_net, {"pointwise": "uniform4"}, {}),
    "power-of-two depthwise": (pikelpn_net, {"depthwise": "power_of_two6"}, {}),
    "8-bit depthwise": (pikelpn_net, {"depthwise": "uniform8"}, {}),
    "8-bit weights": (pikelpn_net, {"depthwise": "uniform8", "pointwise": "uniform8"}, {}),
}


def main(_):
    """Runs every variant with every seed."""
    with np.load(_DATA.value) as file:
        train_set = file["x_train"], file["y_train"].astype("int32")
        test_set = file["x_test"], file["y_test"].astype("int32")
    for variant in _VARIANTS.value:
        for seed in map(int, _SEEDS.value):
            line = json.dumps(_result(variant, seed, train_set, test_set))
            print(line, flush=True)
            with open(_OUTPUT.value, "a", encoding="utf-8") as file:
                file.write(line + "\n")


def _result(variant, seed, train_set, test_set):
    build, net_options, training_options = VARIANTS[variant]
    shape = train_set[0].shape[1:]
    weights = os.path.join(_TEACHERS.value, f"float_{seed}.weights.h5")
    if variant == "distilled":
        teacher = float_net(shape)
        teacher.load_weights(weights)
        training_options = {**training_options, "teacher": teacher}
    keras.utils.set_random_seed(seed)
    start = time.time()
    model = build(shape, **net_options)
    runs = train(model, train_set, test_set, epochs=_EPOCHS.value, seed=seed, **training_options)
    accuracies = list(runs)
    if variant == "float":
        model.save_weights(weights)
    return {
        "variant": variant,
        "data": os.path.basename(_DATA.value).removesuffix(".npz"),
        "seed": seed,
        "epochs": _EPOCHS.value,
        "accuracy": accuracies[-1],
        "by_epoch": [round(a, 4) for a in accuracies],
        "seconds": round(time.time() - start, 1),
    }


if __name__ == "__main__":
    app.run(main)
