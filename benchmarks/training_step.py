"""Time of a training step of a PikeLPN model over that of its float twin, side by side.

    python benchmarks/training_step.py [--size=96] [--width=0.25] [--batch_size=32] [--steps=20]

The twin has the same layers, shapes and optimizer with Keras's own float layers. The two take
turns, step by step, in one process; the ratio is printed pair by pair as a median with its
quartiles.
"""

import time

import keras
import numpy as np
from absl import app, flags

import pikelpn_keras as pk

_SIZE = flags.DEFINE_integer("size", 96, "pixels a side")
_WIDTH = flags.DEFINE_float("width", 0.25, "width multiplier")
_BATCH_SIZE = flags.DEFINE_integer("batch_size", 32, "pictures in a step")
_STEPS = flags.DEFINE_integer("steps", 20, "timed steps of each net")
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
    first = {}
    for name, model in (("ours", ours), ("float", twin)):
        loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
        model.compile(keras.optimizers.AdamW(1e-3), loss)
        first[name] = _seconds(model, images, labels)
        for _ in range(3):
            _seconds(model, images, labels)
    pairs = np.array(
        [
            [_seconds(ours, images, labels), _seconds(twin, images, labels)]
            for _ in range(_STEPS.value)
        ]
    )
    low, middle, high = np.quantile(pairs[:, 0] / pairs[:, 1], (0.25, 0.5, 0.75))
    ours_ms, float_ms = 1e3 * np.median(pairs, axis=0)
    print(
        f"backend {keras.backend.backend()}, {shape}, width {_WIDTH.value}, batch "
        f"{_BATCH_SIZE.value}"
    )
    print(f"parameters: ours {ours.count_params():,}, float {twin.count_params():,}")
    print(f"first step: ours {first['ours']:.1f} s, float {first['float']:.1f} s")
    print(f"step: ours {ours_ms:.1f} ms, float {float_ms:.1f} ms")
    print(f"ratio: {middle:.2f} (quartiles {low:.2f} .. {high:.2f})")


if __name__ == "__main__":
    app.run(main)
