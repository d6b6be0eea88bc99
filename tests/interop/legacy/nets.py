"""Nets of other libraries, small and not trained, with weights that mean something."""

import larq as lq
import numpy as np
import pytest
import tf_keras

L = tf_keras.layers
SHAPE = (12, 12, 2)


def some_slow(names, *quick):
    """Test cases for names, those besides `quick` marked as slow."""
    return [n if n in quick else pytest.param(n, marks=pytest.mark.slow) for n in names]


def shaken(model, seed=0):
    """The model with weights and statistics as training might leave them, negative gammas too."""
    rng = np.random.default_rng(seed)
    for weight in model.weights:
        name = weight.name.split(":")[0].split("/")[-1]
        if name == "moving_variance":
            weight.assign(rng.uniform(0.5, 4.0, weight.shape))
        elif name == "moving_mean":
            weight.assign(rng.normal(0, 1.5, weight.shape))
        elif name == "gamma":
            weight.assign(
                rng.uniform(0.4, 1.6, weight.shape) * rng.choice([1, 1, -1], weight.shape)
            )
        elif name in ("beta", "bias"):
            weight.assign(rng.normal(0, 0.4, weight.shape))
        elif "kernel" in name:
            weight.assign(rng.uniform(-1, 1, weight.shape))
    return model


def binary_net(kernel_quantizer="ste_sign", input_quantizer="ste_sign", last="ste_sign", **layer):
    """larq's usual order: convolution, pooling, norm, and signs where the next layer reads."""
    common = {
        "kernel_quantizer": kernel_quantizer,
        "kernel_constraint": "weight_clip",
        "use_bias": False,
    }
    layers = [
        L.Input(SHAPE),
        lq.layers.QuantConv2D(8, 3, **common),
        L.BatchNormalization(scale=False),
        lq.layers.QuantConv2D(
            8, 3, padding="same", input_quantizer=input_quantizer, **common, **layer
        ),
        L.MaxPooling2D(),
        L.BatchNormalization(),
        lq.layers.QuantConv2D(10, 3, strides=2, input_quantizer=input_quantizer, **common),
        L.BatchNormalization(),
        L.Flatten(),
        lq.layers.QuantDense(5, input_quantizer=input_quantizer, kernel_quantizer=last),
    ]
    return shaken(tf_keras.Sequential(layers))
