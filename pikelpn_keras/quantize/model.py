"""`quantize_model`: a float Keras model becomes a quantized one."""

import keras

from pikelpn_keras.config import QuantConfig
from pikelpn_keras.quantize.builder import Builder
from pikelpn_keras.quantize.calibration import calibrate
from pikelpn_keras.quantize.errors import refuse
from pikelpn_keras.quantize.namesakes import namesake
from pikelpn_keras.quantize.registry import conversion_of
from pikelpn_keras.quantize.trace import trace
from pikelpn_keras.quantize.values import OnGrid, Product, Sum


def quantize_model(float_model, config=None, calibration_data=None):
    """A quantized model that computes what a float model does, as nearly as its integers allow.

    Convolutions and Dense layers take in what normalises their input; a batch normalization behind
    them becomes a power of two, and what that is off by goes into the kernel. A norm that follows
    no kernel gets a 1x1 depthwise convolution. A softmax or sigmoid at the end is left out, with a
    warning: outputs are logits. Slopes of leaky ReLUs become powers of two. Nested models are
    flattened; layers that are called twice stay shared, but for their activation ranges.

    The result takes raw integers, uint8 pixels by default (`QuantConfig.input` says what the float
    model is fed for them), and can be trained on with `fit`, exported and verified like any other.

    Where a normalised input meets zero padding, 128 is subtracted from the pixels by an operator of
    its own, exactly, because padding pads with zero; what is left of the normalisation's zero, half
    a grey level for `x / 127.5 - 1`, stays as an error of the padded border.

    Measured without training, `w8a8` with 256 pictures for calibration: ResNet-8 of MLPerf Tiny on
    CIFAR-10 (JPEG) 75.55 %, float 75.48 %; without calibration 73.4 %, with exponents of weights by
    the largest weight 74.0 %. The other presets need training: 65.8 % for `w4a4`, 71.7 % for
    `pikelpn`. MobileNetV1 0.25, 48 pictures: its best class is that of the float model on 58 % of
    enlarged CIFAR-10 (JPEG) pictures, and the float model's is among its best five on 93 %.

    Args:
        float_model: a built Functional or Sequential keras.Model, with or without norms.
        config: a `QuantConfig`; None for `QuantConfig.pikelpn()`.
        calibration_data: inputs of the *quantized* model, as `fit` takes them: raw pixels
            `(images, *shape)`, or a list of such arrays for several inputs. A hundred do; they are
            held in memory for a layer at a time. With it, exponents of activations are those of
            least squared error, and means and biases make up for what quantization shifts on
            average. Without it, ranges come from norm statistics, and from noise where there are
            none: train such a model before you use it.

    Returns:
        a keras.Model.

    Raises:
        ValueError: if a layer has no quantized counterpart; the sentence names it and the remedy.

    Example:

    >>> import numpy as np
    >>> from pikelpn_keras import QuantConfig
    >>> float_model = keras.Sequential([
    ...     keras.Input((8, 8, 3)), keras.layers.Rescaling(1 / 255),
    ...     keras.layers.Conv2D(4, 3, use_bias=False), keras.layers.BatchNormalization(),
    ...     keras.layers.ReLU(), keras.layers.GlobalAveragePooling2D(), keras.layers.Dense(2)])
    >>> pixels = np.random.default_rng(0).integers(0, 256, (16, 8, 8, 3), "uint8")
    >>> model = quantize_model(float_model, QuantConfig.w8a8(), pixels)
    >>> float(np.abs(model(pixels) - float_model(pixels)).max()) < 0.05
    True
    """
    config = QuantConfig.pikelpn() if config is None else config
    if not isinstance(config, QuantConfig):
        raise ValueError(f"config is a QuantConfig, such as QuantConfig.w8a8(), not {config!r}")
    traced = trace(float_model)
    config.check_overrides(call.layer.name for call in traced.calls)
    builder = Builder(config)
    inputs, values = [], {}
    for number, (name, shape) in traced.inputs.items():
        placeholder, values[number] = builder.input(name, shape)
        inputs.append(placeholder)
    readers = traced.readers
    for call in traced.calls:
        builder.at_end = call.output in traced.outputs and readers[call.output] == 1
        value = _convert(call.layer, [values[number] for number in call.inputs], builder)
        shared = readers[call.output] > 1 and isinstance(value, Product | Sum)
        values[call.output] = builder.on_grid(value) if shared else value
    outputs = [builder.finished(values[number]) for number in traced.outputs]
    calibrate(builder.made, inputs, outputs, calibration_data)
    return keras.Model(
        inputs if len(inputs) > 1 else inputs[0],
        outputs if len(outputs) > 1 else outputs[0],
        name=float_model.name,
    )


def _convert(layer, values, builder):
    conversion = conversion_of(layer)
    if conversion is not None:
        return conversion(layer, values, builder)
    if not isinstance(layer, keras.layers.Layer):
        refuse(layer, "is an operation on tensors; build the model of layers of keras.layers alone")
    quantized = namesake(layer, builder)
    tensors = [builder.on_grid(value).tensor for value in values]
    return OnGrid(builder.add(quantized, *tensors))
