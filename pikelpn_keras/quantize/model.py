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
    warning: outputs are logits. Slopes of leaky and parametric ReLUs become powers of two up to 1.
    Nested models are flattened; layers that are called twice stay shared, but for their activation
    ranges.

    The result takes raw integers, uint8 pixels by default (`QuantConfig.input` says what the float
    model is fed for them), and can be trained on with `fit`, exported and verified like any other.

    Where a normalised input meets zero padding, 128 is subtracted from the pixels by an operator of
    its own, exactly, because padding pads with zero; what is left of the normalisation's zero, half
    a grey level for `x / 127.5 - 1`, stays as an error of the padded border.

    With data for calibration, channels are equalized (`pikelpn_keras.quantize.equalization`),
    weights rounded such that outputs are least off (`compensation`), and means and biases make up
    for what is left on average. Losses, measured without training: ResNet-8 of MLPerf Tiny on
    CIFAR-10 (JPEG), 256 pictures, `w8a8` 75.57 %, float 75.48 %; `pikelpn` 74.37 %, which wants
    training, as the presets of fewer bits do. MobileNetV1 0.25, 48 pictures, `w8a8`: its best class
    is that of the float model on 73.5 % of enlarged CIFAR-10 (JPEG) pictures, and the float model's
    is among its best five on 97.5 %; of TFLite's converter they are 2.5 and 7 %
    (`benchmarks/accuracy/post_training.py`, `tests/pikelpn_keras/quantize/test_real_models.py`).

    Args:
        float_model: a built Functional or Sequential keras.Model, with or without norms.
        config: a `QuantConfig`; None for `QuantConfig.pikelpn()`.
        calibration_data: inputs of the *quantized* model, as `fit` takes them: raw pixels
            `(images, *shape)`, or a list of such arrays for several inputs. A hundred do; they are
            held in memory for a layer at a time. Take pictures like those of the application:
            what they do not reach can be cut off. Without it, ranges come from norm statistics, and
            from noise where there are none: train such a model before you use it.

    Returns:
        a keras.Model.

    Raises:
        ValueError: if a layer has no quantized counterpart or weights that are not finite, an
            override means no layer, or the data do not fit; the sentence says which, and the
            remedy.

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
