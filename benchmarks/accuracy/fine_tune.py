"""Pre-trained float models: quantized without training, then fine-tuned by `model.fit`.

    python benchmarks/accuracy/fine_tune.py --model=resnet8 --weights=pretrainedResnet.h5 \
        --data=cifar10_jpeg.npz --epochs=10 --output=results.jsonl

ResNet-8 learns the labels of CIFAR-10; its score is its accuracy. MobileNetV1 0.25 learns the
float model's probabilities for the same pictures, enlarged to 224 pixels; its score is how often
its best class is that of the float model. Scores are those of the test pictures, computed as the
device does. One JSON line goes to the output for each row.
"""

import json
import os

import keras
import numpy as np
from absl import app, flags
from pretrained import enlarged, mobilenet, resnet8

import pikelpn_keras as pk
from pikelpn_keras.config import InputGrid

_MODEL = flags.DEFINE_enum("model", None, ["resnet8", "mobilenet"], "model", required=True)
_WEIGHTS = flags.DEFINE_string("weights", None, "file of its float weights", required=True)
_DATA = flags.DEFINE_string("data", None, "npz file of CIFAR-10's pictures", required=True)
_PRESETS = flags.DEFINE_list("presets", ["w8a8", "pikelpn"], "presets to quantize with")
_IMAGES = flags.DEFINE_integer("images", 50_000, "pictures to train on")
_TEST_IMAGES = flags.DEFINE_integer("test_images", 10_000, "pictures to score with")
_EPOCHS = flags.DEFINE_integer("epochs", 10, "epochs of fine-tuning")
_RATE = flags.DEFINE_float("rate", 1e-3, "peak learning rate of AdamW")
_OUTPUT = flags.DEFINE_string("output", "results.jsonl", "where results are appended")
_SAVE = flags.DEFINE_string("save", None, "folder for the fine-tuned models")

BATCH_SIZE = 64
CALIBRATION_IMAGES = 256


def main(_):
    """Writes a row for the float model, and two for each preset: before and after training."""
    keras.utils.set_random_seed(0)
    float_model, data, frozen, options = _SETTINGS[_MODEL.value]()
    images, targets, test_images, test_labels = data
    report = _Report(test_images, test_labels)
    if not frozen:
        tuned = keras.models.clone_model(float_model)
        tuned.set_weights(float_model.get_weights())
        report.row("float", float_model)
        _fine_tune(tuned, images, targets, [])
        report.row("float, fine-tuned", tuned)
    for preset in _PRESETS.value:
        config = getattr(pk.QuantConfig, preset)(**options)
        model = pk.quantize_model(float_model, config, images[:CALIBRATION_IMAGES])
        report.row(preset, model)
        schedule = pk.callbacks.FreezeSchedule(last=1.0 if frozen else 0.3)
        _fine_tune(model, images, targets, [schedule])
        report.row(f"{preset}, fine-tuned", model)
        if _SAVE.value:
            model.save(os.path.join(_SAVE.value, f"{_MODEL.value}_{preset}.keras"))


def _resnet8():
    train, test = _cifar10()
    return resnet8(_WEIGHTS.value), (*train, *test), False, {}


def _mobilenet():
    """The float model's probabilities are the targets. Its norms are folded, so they are frozen."""
    float_model = mobilenet(_WEIGHTS.value)
    (images, _), (test_images, _) = _cifar10()
    images, test_images = enlarged(images, 224), enlarged(test_images, 224)
    grid = InputGrid(scale=1 / 127.5, offset=-1.0)
    targets = keras.ops.softmax(_logits_of_pixels(float_model, images))
    test_labels = _logits_of_pixels(float_model, test_images).argmax(1)
    data = images, np.asarray(targets), test_images, test_labels
    return float_model, data, True, {"input": grid}


_SETTINGS = {"resnet8": _resnet8, "mobilenet": _mobilenet}


def _logits_of_pixels(model, images):
    pixels = keras.Input(images.shape[1:], dtype="uint8")
    scaled = keras.layers.Rescaling(1 / 127.5, -1.0)(pixels)
    return keras.Model(pixels, model(scaled)).predict(images, batch_size=100, verbose=0)


def _cifar10():
    order = np.random.default_rng(0)
    sets = []
    with np.load(_DATA.value) as file:
        for split, count in (("train", _IMAGES.value), ("test", _TEST_IMAGES.value)):
            labels = file[f"y_{split}"].astype("int32")
            chosen = order.permutation(len(labels))[:count]
            sets.append((file[f"x_{split}"][chosen], labels[chosen]))
    return sets


def _fine_tune(model, images, targets, callbacks):
    steps = _EPOCHS.value * -(-len(images) // BATCH_SIZE)
    rate = keras.optimizers.schedules.CosineDecay(
        0.0, steps, warmup_target=_RATE.value, warmup_steps=steps // 20
    )
    loss = (
        keras.losses.SparseCategoricalCrossentropy(from_logits=True)
        if targets.ndim == 1
        else keras.losses.CategoricalCrossentropy(from_logits=True)
    )
    model.compile(keras.optimizers.AdamW(rate, weight_decay=1e-4), loss)
    model.fit(
        images,
        targets,
        batch_size=BATCH_SIZE,
        epochs=_EPOCHS.value,
        callbacks=callbacks,
        verbose=0,
    )


class _Report:
    """Scores models and appends a JSON line for each."""

    def __init__(self, images, labels):
        self.images = images
        self.labels = labels

    def row(self, variant, model):
        logits = model.predict(self.images, batch_size=200, verbose=0)
        score = float(np.mean(logits.argmax(1) == self.labels))
        line = json.dumps(
            {
                "model": _MODEL.value,
                "variant": variant,
                "train_images": _IMAGES.value,
                "test_images": len(self.images),
                "epochs": _EPOCHS.value,
                "rate": _RATE.value,
                "score": round(score, 4),
            }
        )
        print(line, flush=True)
        with open(_OUTPUT.value, "a", encoding="utf-8") as file:
            file.write(line + "\n")


if __name__ == "__main__":
    app.run(main)
