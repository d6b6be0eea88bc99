"""Writes the app's models and golden outputs: `python -m android_demo.tools.make_bundle`.

All weights come from a seed; the digits model is trained on scikit-learn's digits. A PikeLPN's
golden outputs are those of its integer graph, a stock file's those of LiteRT's reference kernels.
"""

import argparse
import dataclasses
import json
import pathlib
import shutil
import sys
from collections.abc import Callable

from android_demo.tools import golden
from android_demo.tools.toolchain import BUILD

INDEX = "index.json"
SEED = 0
SAMPLES = 2
DIGITS_SIDE = 16
DIGITS_TRAINED = 1500


@dataclasses.dataclass(frozen=True)
class Recipe:
    """A model of the bundle.

    Attributes:
        name: name of its files.
        title: what a user reads.
        description: one line more.
        make: a function that gives the bytes of the .tflite file, and golden inputs and outputs.
        labels: names of the classes.
    """

    name: str
    title: str
    description: str
    make: Callable
    labels: tuple[str, ...] = ()


def pikelpn(side, classes, **arguments):
    """A PikeLPN model of seeded weights, its norms fitted to random pictures."""

    def make():
        import keras
        import numpy as np

        import pikelpn_keras as pk

        keras.utils.set_random_seed(SEED)
        model = pk.models.PikeLPN(input_shape=(side, side, 3), classes=classes, **arguments)
        pictures = np.random.default_rng(SEED).integers(0, 256, (SAMPLES, side, side, 3), np.uint8)
        for _ in range(3):
            model(pictures, training=True)
        return exported(model, pictures)

    return make


def digits(epochs):
    """A net of PikeLPN layers that reads digits, trained on scikit-learn's first 1,500."""

    def make():
        import keras

        import pikelpn_keras as pk

        keras.utils.set_random_seed(SEED)
        pictures, classes = digit_pictures()
        model = _digit_reader(pictures.shape[1:])
        loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
        model.compile(keras.optimizers.AdamW(3e-3), loss)
        model.fit(
            pictures[:DIGITS_TRAINED],
            classes[:DIGITS_TRAINED],
            epochs=epochs,
            verbose=0,
            callbacks=[pk.callbacks.FreezeSchedule()],
        )
        return exported(model, pictures[-64:])

    return make


def digit_pictures():
    """scikit-learn's digits as grey pictures of 16 pixels, and their classes."""
    import numpy as np
    import sklearn.datasets

    data = sklearn.datasets.load_digits()
    factor = DIGITS_SIDE // data.images.shape[1]
    enlarged = np.kron(data.images * 15, np.ones((factor, factor)))
    return enlarged.astype(np.uint8)[..., None], data.target


def _digit_reader(shape):
    import keras

    import pikelpn_keras as pk

    layers = [keras.Input(shape), pk.layers.QuantInput()]
    layers.append(
        pk.layers.QuantConv2D(16, 3, strides=2, use_bias=False, kernel_quantizer="uniform7")
    )
    layers += [pk.layers.QuantNorm(), pk.layers.QuantReLU()]
    for filters in (32, 64):
        layers.append(pk.layers.QuantSeparableConv2D(filters, 3, use_bias=False))
        layers += [pk.layers.QuantNorm(), pk.layers.QuantReLU()]
    layers += [pk.layers.QuantGlobalAveragePooling2D(), pk.layers.QuantDense(10)]
    return keras.Sequential([*layers, pk.layers.QuantIdentity()], name="digits")


def exported(model, pictures):
    """The file of a model, and what its integer graph computes of pictures, as stored."""
    import pikelpn_keras as pk
    import tflite_export
    from tflite_export.edges import edges_of

    graph = pk.integer_graph(model)
    tflite = tflite_export.convert(graph, exact="all")
    edges = edges_of(tflite)
    outputs = graph.run(pictures)
    return tflite, edges.inputs[0].store(pictures), edges.outputs[0].store(outputs)


def stock(side, classes, alpha):
    """Keras's MobileNet, quantized to int8 by TensorFlow's own converter."""

    def make():
        import keras
        import numpy as np
        import tensorflow as tf

        keras.utils.set_random_seed(SEED)
        model = keras.applications.MobileNet(
            input_shape=(side, side, 3), alpha=alpha, classes=classes, weights=None,
            classifier_activation=None,
        )  # fmt: skip
        generator = np.random.default_rng(SEED)
        pictures = generator.random((SAMPLES, side, side, 3), np.float32)
        model(pictures, training=True)
        converter = tf.lite.TFLiteConverter.from_keras_model(model)
        converter.optimizations = [tf.lite.Optimize.DEFAULT]
        converter.representative_dataset = lambda: ([picture[None]] for picture in pictures)
        converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
        converter.inference_input_type = converter.inference_output_type = tf.int8
        tflite = converter.convert()
        inputs = generator.integers(-128, 128, pictures.shape, np.int8)
        return tflite, inputs, _reference_outputs(tflite, inputs)

    return make


def _reference_outputs(tflite, inputs):
    import numpy as np
    from ai_edge_litert.interpreter import Interpreter, OpResolverType

    interpreter = Interpreter(
        model_content=tflite, experimental_op_resolver_type=OpResolverType.BUILTIN_REF
    )
    interpreter.allocate_tensors()
    outputs = []
    for sample in inputs:
        interpreter.set_tensor(interpreter.get_input_details()[0]["index"], sample[None])
        interpreter.invoke()
        outputs.append(interpreter.get_tensor(interpreter.get_output_details()[0]["index"]))
    return np.concatenate(outputs)


DIGITS = tuple(str(digit) for digit in range(10))
RANDOM = "random weights, for timing and exactness"
KERNELS = "the same net from TensorFlow's converter; its integers depend on the kernels"
FULL = (
    Recipe(
        "digits",
        "Digits",
        "reads handwritten digits of 16 pixels",
        digits(epochs=20),
        DIGITS,
    ),
    Recipe("pikelpn_1x", "PikeLPN 1x", f"224 pixels, {RANDOM}", pikelpn(224, 1000, variant="1x")),
    Recipe("stock_1x", "MobileNetV1, stock int8", KERNELS, stock(224, 1000, alpha=1.0)),
    Recipe("pikelpn_3x", "PikeLPN 3x", f"224 pixels, {RANDOM}", pikelpn(224, 1000, variant="3x")),
    Recipe("pikelpn_6x", "PikeLPN 6x", f"224 pixels, {RANDOM}", pikelpn(224, 1000, variant="6x")),
)
SMALL = (
    Recipe("small", "PikeLPN 0.25", f"16 pixels, {RANDOM}", pikelpn(16, 10, width=0.25), DIGITS),
)
BUNDLES = {"full": FULL, "small": SMALL}


def write(folder, recipes):
    """Makes the models of a bundle and writes them with their index into a new folder."""
    beside = folder.with_name(f"{folder.name}.part")
    shutil.rmtree(beside, ignore_errors=True)
    beside.mkdir(parents=True)
    models = [_write_model(beside, recipe) for recipe in recipes]
    (beside / INDEX).write_text(json.dumps({"models": models}, indent=1) + "\n")
    beside.rename(folder)


def _write_model(folder, recipe):
    """Writes a model and its golden outputs; returns its entry in the index."""
    tflite, inputs, outputs = recipe.make()
    (folder / f"{recipe.name}.tflite").write_bytes(tflite)
    (folder / f"{recipe.name}.golden").write_bytes(golden.encode(tflite, inputs, outputs))
    return {
        "title": recipe.title,
        "description": recipe.description,
        "bytes": len(tflite),
        "model": f"{recipe.name}.tflite",
        "golden": f"{recipe.name}.golden",
        "labels": list(recipe.labels),
    }


def ensure(folder, recipes=FULL):
    """The folder of a bundle, made where it is not there."""
    if not (folder / INDEX).exists():
        write(folder, recipes)
    return folder


def main(arguments=None):
    """Writes a bundle and lists it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--output", type=pathlib.Path, default=BUILD / "assets" / "models")
    parser.add_argument("--bundle", choices=BUNDLES, default="full")
    values = parser.parse_args(arguments)
    if values.output.exists():
        print(f"make_bundle: {values.output} exists; remove it first", file=sys.stderr)
        return 1
    write(values.output, BUNDLES[values.bundle])
    for path in sorted(values.output.iterdir()):
        print(f"{path.stat().st_size:>12,}  {path.name}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
