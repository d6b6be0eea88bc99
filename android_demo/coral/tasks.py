"""What the runner does with a model on an Edge TPU: benchmark, exactness check, classification."""

import numpy as np

from android_demo.coral.interpreter import CPU, CoralError, load
from android_demo.tools import golden
from tflite_export.benchmarking import runtime, time_interpreter

ENGINE = "edgetpu"


def benchmark(tflite, name, device, library=None, *, warmup=5, runs=50, seconds=1.0):
    """Times a model.

    Args:
        tflite: bytes of the file.
        name: what the result calls it.
        device: see `interpreter.load`.
        library: see `interpreter.load`.
        warmup: runs before measuring begins.
        runs: measured runs at least.
        seconds: seconds to measure at least.

    Returns:
        dict in the JSON schema of the Android app, "pikelpn.benchmark/1".
    """
    engine = {"name": CPU if device == CPU else ENGINE, "runtime": runtime(), "threads": 1}
    report = time_interpreter(
        lambda: load(tflite, device, library),
        tflite,
        name=name,
        engine=engine,
        warmup=warmup,
        runs=runs,
        min_seconds=seconds,
        max_seconds=max(60.0, seconds),
    )
    return report.to_json()


def exactness(tflite, golden_file, model, device, library=None):
    """Compares the outputs of a model with golden ones.

    Args:
        tflite: bytes of the file to run.
        golden_file: bytes of the golden file.
        model: bytes of the file that the golden file was made for: that before compilation.
        device: see `interpreter.load`.
        library: see `interpreter.load`.

    Returns:
        dict of the schema's "exactness": compared and differing bytes, the largest difference, and
        the index of the first, or None.

    Raises:
        CoralError: if the golden file does not fit the model.
    """
    try:
        inputs, outputs = golden.decode(golden_file, model)
    except ValueError as error:
        raise CoralError(str(error)) from error
    interpreter = load(tflite, device, library)
    source, target = _only(interpreter.get_input_details()), _only(interpreter.get_output_details())
    expected = outputs.view(target["dtype"])
    computed = [
        _run(interpreter, source, target, sample.view(source["dtype"])).ravel() for sample in inputs
    ]
    if computed[0].shape != expected[0].shape:
        raise CoralError("the golden file belongs to a model of another shape")
    differences = np.abs(np.stack(computed).astype(np.int64) - expected.astype(np.int64)).ravel()
    differing = np.flatnonzero(differences)
    return {
        "compared": differences.size,
        "differing": differing.size,
        "largest": int(differences.max(initial=0)),
        "first": int(differing[0]) if differing.size else None,
    }


def classify(tflite, picture, labels, device, library=None, *, best=3):
    """The classes of a picture, the likeliest first.

    Args:
        tflite: bytes of the file; its input is an int8 or uint8 image.
        picture: path of the picture.
        labels: class names, one for each output; none where they are not known.
        device: see `interpreter.load`.
        library: see `interpreter.load`.
        best: how many classes.

    Returns:
        list of (name, value of the output).

    Raises:
        CoralError: if there are other than as many names as outputs, the picture cannot be read, or
            the model takes none.
    """
    interpreter = load(tflite, device, library)
    source, target = _only(interpreter.get_input_details()), _only(interpreter.get_output_details())
    pixels = _pixels(picture, source["shape"][1:])
    # Stored int8 lie 128 below the pixels.
    stored = pixels if source["dtype"] == np.uint8 else pixels.astype(np.int16) - 128
    scores = _run(interpreter, source, target, stored.astype(source["dtype"])).ravel()
    if labels and len(labels) != scores.size:
        raise CoralError(
            f"there are {len(labels)} class names and the model has {scores.size} classes: give "
            "the labels that belong to it"
        )
    scale, zero_point = target["quantization"]
    order = np.argsort(-scores.astype(np.int64), kind="stable")[:best]
    return [
        (
            labels[index] if labels else f"class {index}",
            float(scale * (int(scores[index]) - zero_point)),
        )
        for index in order
    ]


def _only(details):
    if len(details) != 1:
        raise CoralError(f"the model has {len(details)} inputs or outputs, and one is needed")
    if details[0]["dtype"] not in (np.int8, np.uint8):
        raise CoralError(f"the model's {details[0]['name']} is neither int8 nor uint8")
    return details[0]


def _run(interpreter, source, target, sample):
    if sample.size != np.prod(source["shape"]):
        raise CoralError(f"an input of {sample.size} numbers does not fit {source['shape']}")
    interpreter.set_tensor(source["index"], sample.reshape(source["shape"]))
    interpreter.invoke()
    return interpreter.get_tensor(target["index"])


def _pixels(picture, shape):
    try:
        from PIL import Image
    except ImportError as error:
        raise CoralError("pictures are read with Pillow: pip install pillow") from error
    if len(shape) != 3 or shape[2] not in (1, 3):
        raise CoralError(f"the model takes no picture but {tuple(shape)}")
    try:
        with Image.open(picture) as opened:
            image = opened.convert("L" if shape[2] == 1 else "RGB")
    except (OSError, ValueError, Image.DecompressionBombError) as error:
        raise CoralError(f"{picture} is no picture that can be read: {error}") from error
    size = (int(shape[1]), int(shape[0]))
    return np.asarray(image.resize(size, Image.Resampling.BILINEAR)).reshape(shape)
