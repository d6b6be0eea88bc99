"""Time of a training step of a PikeLPN model over that of its float twin, side by side.

    python benchmarks/training_step.py [--size=96] [--width=0.25] [--batch_size=32] [--steps=20]
        [--output=FILE]

The twin has the same layers, shapes and optimizer with Keras's own float layers. The two take
turns, step by step, in one process; the ratio is printed pair by pair as a median with its
quartiles. The first step traces and compiles; its processor time is given too, because other work
on the machine lengthens it less.
"""

import time

import keras
import numpy as np
from absl import app, flags
from peers import results

import pikelpn_keras as pk

_SIZE = flags.DEFINE_integer("size", 96, "pixels a side")
_WIDTH = flags.DEFINE_float("width", 0.25, "width multiplier")
_BATCH_SIZE = flags.DEFINE_integer("batch_size", 32, "pictures in a step")
_STEPS = flags.DEFINE_integer("steps", 20, "timed steps of each net")
_OUTPUT = flags.DEFINE_string("output", None, "file for the JSON lines")
CLASSES = 10


def float_twin(model):
    """The same net of Keras's float layers."""
    return keras.models.clone_model(model, clone_function=_float_layer)


def _float_layer(layer):
    config = {"name": layer.name}
    if isinstance(layer, pk.layers.QuantInput):
        return keras.layers.Rescaling(1 / 256, **config)
    if isinstance(layer, pk.layers.QuantReLU):
        return keras.layers.ReLU(**config)
    if isinstance(layer, pk.layers.QuantNorm):
        return keras.layers.BatchNormalization(**config)
    if isinstance(layer, pk.layers.QuantIdentity):
        return keras.layers.Activation("linear", **config)
    if isinstance(layer, pk.layers.QuantGlobalAveragePooling2D):
        return keras.layers.GlobalAveragePooling2D(**config)
    if isinstance(layer, pk.layers.QuantDense):
        return keras.layers.Dense(layer.units, **config)
    if isinstance(layer, pk.layers.QuantSeparableConv2D):
        return keras.Sequential(
            [
                keras.layers.DepthwiseConv2D(
                    layer.kernel_size, layer.strides, layer.padding, use_bias=False
                ),
                keras.layers.BatchNormalization(),
                keras.layers.ReLU(),
                keras.layers.Conv2D(layer.filters, 1, use_bias=False),
            ],
            **config,
        )
    if isinstance(layer, pk.layers.QuantConv2D):
        return keras.layers.Conv2D(
            layer.filters,
            layer.kernel_size,
            layer.strides,
            layer.padding,
            use_bias=layer.use_bias,
            **config,
        )
    return type(layer).from_config(layer.get_config())


def _seconds(model, images, labels):
    start = time.perf_counter()
    model.train_on_batch(images, labels)
    return time.perf_counter() - start


def main(_):
    """Measures and prints."""
    shape = (_SIZE.value, _SIZE.value, 3)
    ours = pk.models.PikeLPN(input_shape=shape, classes=CLASSES, width=_WIDTH.value)
    twin = float_twin(ours)
    rng = np.random.default_rng(0)
    images = rng.integers(0, 256, (_BATCH_SIZE.value, *shape), "uint8")
    labels = rng.integers(0, CLASSES, _BATCH_SIZE.value)
    models = {"ours": ours, "float": twin}
    first = {}
    for name, model in models.items():
        loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
        model.compile(keras.optimizers.AdamW(1e-3), loss)
        processor = time.process_time()
        wall = _seconds(model, images, labels)
        first[name] = {
            "first step": wall,
            "first step's processor": time.process_time() - processor,
        }
        for _ in range(3):
            _seconds(model, images, labels)
    steps = {name: [] for name in models}
    for _ in range(_STEPS.value):
        for name, model in models.items():
            steps[name].append(_seconds(model, images, labels))
    case = (
        f"{keras.backend.backend()}, PikeLPN {_WIDTH.value} wide, {_SIZE.value} pixels, "
        f"{_BATCH_SIZE.value} pictures"
    )
    results.write(_OUTPUT.value, [_lines(case, models, first, steps)])


def _lines(case, models, first, steps):
    found = []

    def add(subject, metric, values, unit):
        found.append(results.line("training_step", case, subject, metric, values, unit))

    for name, model in models.items():
        add(name, "parameters", model.count_params(), "")
        for metric, value in first[name].items():
            add(name, metric, value, "s")
        add(name, "step", 1e3 * np.array(steps[name]), "ms")
    for metric, value in first["ours"].items():
        add("ours over float", metric, value / first["float"][metric], "ratio")
    add("ours over float", "step", np.divide(steps["ours"], steps["float"]), "ratio")
    return found


if __name__ == "__main__":
    app.run(main)
