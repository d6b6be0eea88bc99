"""Trains a small net with one tool, converts it and predicts.

    exactness_worker.py TOOL DATA.npz STEPS IMAGES FOLDER

Writes to FOLDER: model.tflite, predictions.npy (Keras's outputs for the first test pictures) and
calibration.npy (some training pictures on [0, 1)).
"""

import importlib
import pathlib
import sys

import numpy as np
from architectures import Architecture
from libraries import LIBRARIES
from tools import TOOLS

BATCH_SIZE = 64
CALIBRATION_IMAGES = 64
STEM, BLOCKS = (16, 2), ((32, 1), (64, 2), (64, 1))


def main(key, data, steps, count, folder):
    """Trains, converts, predicts."""
    library = LIBRARIES[TOOLS[key].library]
    keras = importlib.import_module(library.keras)
    keras.utils.set_random_seed(0)
    with np.load(data) as file:
        x_train, x_test = ((file[name] / 256).astype("float32") for name in ("x_train", "x_test"))
        y_train = file["y_train"]
    images = int(steps) * BATCH_SIZE
    model = library.build(Architecture("small", x_train.shape[1:], STEM, BLOCKS))
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.Adam(2e-3), loss)
    model.fit(x_train[:images], y_train[:images], batch_size=BATCH_SIZE, verbose=0)
    folder = pathlib.Path(folder)
    calibration = x_train[:CALIBRATION_IMAGES]
    np.save(folder / "calibration.npy", calibration)
    (folder / "model.tflite").write_bytes(TOOLS[key].convert(model, calibration))
    predictions = model.predict(x_test[: int(count)], batch_size=200, verbose=0)
    np.save(folder / "predictions.npy", predictions)


if __name__ == "__main__":
    main(*sys.argv[1:])
