"""MobileNetV1 0.25 without training: agreement with the float model, beside TFLite's converter.

    python benchmarks/accuracy/post_training.py --weights=mobilenet.npz --data=cifar10_jpeg.npz

Prints how often the best class of each int8 model is that of the float model, on enlarged test
pictures, and how often the float model's is among the best five. All are calibrated with the same
pictures. Weights and data are those of `fine_tune.py`.
"""

import numpy as np
import tensorflow as tf
from absl import app, flags
from ai_edge_litert.interpreter import Interpreter
from pretrained import enlarged, mobilenet

import pikelpn_keras as pk
from pikelpn_keras.config import InputGrid

_WEIGHTS = flags.DEFINE_string("weights", None, "npz file of the float weights", required=True)
_DATA = flags.DEFINE_string("data", None, "npz file of CIFAR-10's pictures", required=True)
_CALIBRATION = flags.DEFINE_integer("calibration_images", 48, "pictures to calibrate with")
_IMAGES = flags.DEFINE_integer("images", 200, "pictures to compare on")

SIZE = 224
VARIANTS = (("w8a8", "nearest"), ("w8a8", "compensated"), ("pikelpn", "compensated"))
INPUT = InputGrid(scale=1 / 127.5, offset=-1.0)


def main(_):
    """Prints the table."""
    float_model = mobilenet(_WEIGHTS.value, SIZE)
    random = np.random.default_rng(0)
    with np.load(_DATA.value) as file:
        calibration, images = (
            enlarged(file[name][random.permutation(len(file[name]))[:count]], SIZE)
            for name, count in (("x_train", _CALIBRATION.value), ("x_test", _IMAGES.value))
        )
    wanted = float_model.predict(_normalised(images), verbose=0).argmax(1)
    print("model                                   same class   among best five")

    def row(name, logits):
        best = np.argsort(-logits, axis=1)[:, :5] == wanted[:, None]
        print(f"{name:40}{best[:, 0].mean():>9.1%}{best.any(1).mean():>16.1%}", flush=True)

    row("TFLite's converter, int8", _converted(float_model, calibration, images))
    for preset, rounding in VARIANTS:
        config = getattr(pk.QuantConfig, preset)(input=INPUT, weight_rounding=rounding)
        model = pk.quantize_model(float_model, config, calibration)
        row(f"{preset}, {rounding}", model.predict(images, batch_size=50, verbose=0))


def _normalised(images):
    return images.astype("float32") / 127.5 - 1


def _converted(float_model, calibration, images):
    """Outputs of the int8 file that TFLite's converter makes of the float model."""
    converter = tf.lite.TFLiteConverter.from_keras_model(float_model)
    converter.optimizations = [tf.lite.Optimize.DEFAULT]
    converter.representative_dataset = lambda: ([x[None]] for x in _normalised(calibration))
    converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
    interpreter = Interpreter(model_content=converter.convert())
    interpreter.allocate_tensors()
    source, result = (
        details[0]["index"]
        for details in (interpreter.get_input_details(), interpreter.get_output_details())
    )
    outputs = []
    for picture in _normalised(images):
        interpreter.set_tensor(source, picture[None])
        interpreter.invoke()
        outputs.append(interpreter.get_tensor(result)[0])
    return np.stack(outputs)


if __name__ == "__main__":
    app.run(main)
