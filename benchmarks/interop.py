"""larq and tfmot nets, trained in their own library on Fashion-MNIST, lifted and compared.

    TF_USE_LEGACY_KERAS=1 python benchmarks/interop.py [--epochs=3] [--train_images=60000]

For each net: accuracy of the original, of the lifted model and, for tfmot, of the .tflite file that
its own converter makes; integers that differ between the lifted model's file and the model on every
runtime; and by how much tfmot's file differs from tfmot's Keras graph.
"""

import dataclasses

import larq as lq
import numpy as np
import tensorflow as tf
import tensorflow_model_optimization as tfmot
import tf_keras
from absl import app, flags
from ai_edge_litert.interpreter import Interpreter

import pikelpn_keras as pk
import tflite_export
from pikelpn_keras.config import InputGrid
from tflite_export.cli import datasets
from tflite_export.report import Report

L = tf_keras.layers
CALIBRATION_IMAGES = 256
BATCH = 500


@dataclasses.dataclass(frozen=True)
class Result:
    """What is measured of one net.

    Attributes:
        name: the net.
        original: test accuracy in its own library.
        lifted: test accuracy of the pikelpn model.
        other_classes: test images that the two classify differently.
        report: `tflite_export.verify`'s report on the lifted model's file.
        file: of tfmot's own .tflite file the accuracy, the share of outputs that differ from its
            Keras graph, and the largest difference in steps; or None.
    """

    name: str
    original: float
    lifted: float
    other_classes: int
    report: Report
    file: tuple[float, float, int] | None = None


def larq_net():
    """A binary net in larq's usual order."""
    binary = {
        "kernel_quantizer": "ste_sign",
        "kernel_constraint": "weight_clip",
        "use_bias": False,
    }
    signs = {"input_quantizer": "ste_sign", **binary}

    def norm():
        return L.BatchNormalization(momentum=0.9)

    layers = [L.Input((28, 28, 1)), lq.layers.QuantConv2D(16, 3, strides=2, **binary), norm()]
    layers += [lq.layers.QuantConv2D(32, 3, padding="same", **signs), L.MaxPooling2D(), norm()]
    layers += [lq.layers.QuantConv2D(64, 3, **signs), norm(), L.Flatten()]
    layers += [lq.layers.QuantDense(64, **signs), norm(), lq.layers.QuantDense(10, **signs), norm()]
    return tf_keras.Sequential(layers)


def float_net():
    """A separable net with a residual addition, for tfmot to quantize."""

    def norm_relu(x):
        return L.ReLU()(L.BatchNormalization(momentum=0.9)(x))

    x = inputs = L.Input((28, 28, 1))
    x = norm_relu(L.Conv2D(16, 3, strides=2, use_bias=False)(x))
    y = norm_relu(L.SeparableConv2D(16, 3, padding="same", use_bias=False)(x))
    x = L.MaxPooling2D()(L.ReLU()(L.Add()([x, y])))
    x = norm_relu(L.SeparableConv2D(32, 3, use_bias=False)(x))
    return tf_keras.Model(inputs, L.Dense(10)(L.Flatten()(x)))


def tfmot_8bit_net():
    """The same under tfmot's own 8-bit scheme."""
    return tfmot.quantization.keras.quantize_model(float_net())


def tfmot_pikelpn_net():
    """The same under PikeLPN's scheme."""
    annotated = tfmot.quantization.keras.quantize_annotate_model(float_net())
    return tfmot.quantization.keras.quantize_apply(annotated, pk.interop.tfmot.PikeLPNScheme())


NETS = {
    "larq, binary": (larq_net, "larq", 1 / 255),
    "tfmot, 8 bits": (tfmot_8bit_net, "tfmot", 1 / 255),
    "tfmot, PikeLPNScheme": (tfmot_pikelpn_net, "tfmot", 1 / 256),
}


def measure(name, data, epochs):
    """The `Result` of a net of `NETS`."""
    make, library, scale = NETS[name]
    tf_keras.utils.set_random_seed(0)
    model = make()
    loss = tf_keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(tf_keras.optimizers.Adam(3e-3), loss)
    scale32 = np.float32(scale)
    model.fit(data.x_train * scale32, data.y_train, batch_size=128, epochs=epochs, verbose=0)
    logits = model.predict(data.x_test * scale32, batch_size=BATCH, verbose=0)
    config = pk.QuantConfig.w8a8(input=InputGrid(scale=scale))
    calibration = data.x_train[:CALIBRATION_IMAGES]
    lifted = getattr(pk.interop, library).lift(model, config, calibration)
    found = lifted.predict(data.x_test, batch_size=BATCH, verbose=0)
    tflite = tflite_export.convert(lifted, exact="all")
    return Result(
        name,
        _accuracy(logits, data),
        _accuracy(found, data),
        int((logits.argmax(1) != found.argmax(1)).sum()),
        tflite_export.verify(lifted, tflite, data.x_test),
        _own_file(model, logits, data, scale32) if make is tfmot_8bit_net else None,
    )


def _own_file(model, logits, data, scale):
    """Accuracy, share of outputs that differ, and largest difference in steps, of tfmot's file."""
    converter = tf.lite.TFLiteConverter.from_keras_model(model)
    converter.optimizations = [tf.lite.Optimize.DEFAULT]
    converter.inference_output_type = tf.int8
    interpreter = Interpreter(model_content=converter.convert())
    source = interpreter.get_input_details()[0]["index"]
    output = interpreter.get_output_details()[0]
    interpreter.resize_tensor_input(source, (BATCH, *data.x_test.shape[1:]))
    interpreter.allocate_tensors()
    found = []
    for start in range(0, len(data.x_test), BATCH):
        interpreter.set_tensor(source, data.x_test[start : start + BATCH] * scale)
        interpreter.invoke()
        found.append(interpreter.get_tensor(output["index"]).astype(np.int32))
    found = np.concatenate(found)
    step, zero = output["quantization"]
    graph = np.clip(np.rint(logits / step) + zero, -128, 127)
    return _accuracy(found, data), np.mean(found != graph), int(np.abs(found - graph).max())


def _accuracy(logits, data):
    return float(np.mean(logits.argmax(1) == data.y_test))


def fashion_mnist(images):
    """Fashion-MNIST, so many of its images for training."""
    data = datasets.load("fashion_mnist", datasets.Request())
    return dataclasses.replace(data, x_train=data.x_train[:images], y_train=data.y_train[:images])


def print_result(result):
    """Prints a `Result`."""
    print(f"{result.name}: accuracy {result.original:.2%}, lifted {result.lifted:.2%}, ", end="")
    print(f"{result.other_classes} images classified differently")
    if result.file is not None:
        accuracy, share, largest = result.file
        print(f"tfmot's own .tflite: accuracy {accuracy:.2%}, ", end="")
        print(f"{share:.1%} of its outputs differ from its Keras graph, by up to {largest}")
    print(result.report, end="\n\n")


def main(_):
    """Measures and prints."""
    data = fashion_mnist(flags.FLAGS.train_images)
    for name in NETS:
        print_result(measure(name, data, flags.FLAGS.epochs))


if __name__ == "__main__":
    flags.DEFINE_integer("epochs", 3, "training epochs")
    flags.DEFINE_integer("train_images", 60000, "images to train on")
    app.run(main)
