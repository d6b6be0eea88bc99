"""Accuracy experiments, on an accelerator or a patient CPU.

    KERAS_BACKEND=jax python benchmarks/accuracy/run.py --data=cifar10_jpeg.npz \
        --variant=float --variant=pikelpn --seeds=0,1 --epochs=60 --output=results.jsonl

The data file holds x_train, y_train, x_test and y_test, pictures as uint8. One JSON line for each
run goes to the output as the run ends; `table.py` makes a table of them. `variants.py` lists the
variants. Each net leaves its weights in --weights, where variants that start from the float net of
their seed, or learn from it, find it; `run_parallel.py` shares many runs among GPUs.
"""

import os
import time

import keras
import numpy as np
from absl import app, flags
from json_lines import append
from nets import float_net
from training import RECIPE, train
from variants import VARIANTS
from weight_files import save_weights, weights_path

_DATA = flags.DEFINE_string("data", None, "npz file of pictures and labels", required=True)
_VARIANTS = flags.DEFINE_multi_string("variant", ["float", "pikelpn"], "a variant to train")
_SEEDS = flags.DEFINE_list("seeds", ["0"], "seeds of each variant")
_EPOCHS = flags.DEFINE_integer("epochs", 30, "epochs of a run")
_RATE = flags.DEFINE_float("rate", RECIPE.learning_rate, "peak learning rate")
_WEIGHTS = flags.DEFINE_string("weights", None, "folder of the nets' weights")
_OUTPUT = flags.DEFINE_string("output", "results.jsonl", "where results are appended")


def main(_):
    """Runs every variant with every seed."""
    with np.load(_DATA.value) as file:
        train_set = file["x_train"], file["y_train"].astype("int32")
        test_set = file["x_test"], file["y_test"].astype("int32")
    for variant in _VARIANTS.value:
        for seed in map(int, _SEEDS.value):
            append(_OUTPUT.value, _result(variant, seed, train_set, test_set))


def _result(name, seed, train_set, test_set):
    variant = VARIANTS[name]
    shape = train_set[0].shape[1:]
    options = {"epochs": _EPOCHS.value, "seed": seed, "rate": _RATE.value, **variant.training}
    if variant.taught:
        options["teacher"] = _float_net(shape, seed)
    if variant.first_half is not None:
        options["first_half"] = VARIANTS[variant.first_half].net(shape)
    keras.utils.set_random_seed(seed)
    start = time.time()
    model = _model(variant, shape, seed, train_set[0])
    accuracies = list(train(model, train_set, test_set, **options))
    if _WEIGHTS.value:
        save_weights(model, _weights_path(name, seed))
    return {
        "topic": variant.topic,
        "variant": name,
        "data": _data_name(),
        "seed": seed,
        "epochs": _EPOCHS.value,
        "rate": _RATE.value,
        "accuracy": accuracies[-1],
        "by_epoch": [round(a, 4) for a in accuracies],
        "seconds": round(time.time() - start, 1),
    }


def _model(variant, shape, seed, images):
    if variant.from_float is None:
        return variant.net(shape)
    return variant.from_float(_float_net(shape, seed), images)


def _float_net(shape, seed):
    model = float_net(shape)
    model.load_weights(_weights_path("float", seed))
    return model


def _weights_path(name, seed):
    return weights_path(_WEIGHTS.value, name, _data_name(), seed, _EPOCHS.value, _RATE.value)


def _data_name():
    return os.path.basename(_DATA.value).removesuffix(".npz")


if __name__ == "__main__":
    app.run(main)
