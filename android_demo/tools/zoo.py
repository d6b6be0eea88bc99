"""The models of `pk.models` with golden outputs, for the check on ARM."""

from android_demo.tools import golden
from android_demo.tools.make_bundle import SEED, exported

SAMPLES = 8
# Name, and the arguments of the model of that name.
ZOO = {
    "PikeLPN": {"variant": "1x", "input_shape": (32, 32, 3), "classes": 10},
    "MobileNetV1": {"alpha": 0.25, "input_shape": (32, 40, 3), "classes": 7},
    "MobileNetV2": {"width": 0.25, "input_shape": (32, 32, 3), "classes": 7},
    "ResNet8": {"input_shape": (32, 32, 3)},
    "DSCNN": {"input_shape": (49, 10, 1)},
    "SuperResolution": {"input_shape": (12, 10, 3)},
}


def write(folder, names=tuple(ZOO)):
    """Writes `NAME.tflite` and `NAME.golden` for each model; returns the paths of the former.

    The weights are seeded, the norms fitted to the random inputs, so that the outputs vary.
    """
    import keras
    import numpy as np

    import pikelpn_keras as pk

    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for name in names:
        keras.utils.set_random_seed(SEED)
        model = getattr(pk.models, name)(**ZOO[name])
        signed = model.get_layer("input").grid.signed
        shape = (SAMPLES, *ZOO[name]["input_shape"])
        low, dtype = (-128, np.int8) if signed else (0, np.uint8)
        inputs = np.random.default_rng(SEED).integers(low, low + 256, shape).astype(dtype)
        for _ in range(3):
            model(inputs, training=True)
        tflite, stored, outputs = exported(model, inputs)
        path = folder / f"{name}.tflite"
        path.write_bytes(tflite)
        path.with_suffix(".golden").write_bytes(golden.encode(tflite, stored, outputs))
        paths.append(path)
    return paths
