"""Runs in a process of its own, under the backend of KERAS_BACKEND.

    python backend_program.py MODEL.keras IMAGES.npy OUT.npz

Writes what the given model computes, and trains, converts and verifies a model of its own.
"""

import sys

import keras
import numpy as np

import pikelpn_keras as pk
import tflite_export
from tests.pikelpn_keras.backend_values import values_of
from tests.pikelpn_keras.nets import compile_for_classes, residual_net


def main(model_path, images_path, out_path):
    images = np.load(images_path)
    keras.utils.set_random_seed(0)
    own = residual_net(images.shape[1:], filters=8)
    compile_for_classes(own)
    labels = np.arange(len(images)) % 10
    callbacks = [pk.callbacks.FreezeSchedule()]
    own.fit(images, labels, epochs=4, batch_size=16, verbose=0, callbacks=callbacks)
    report = tflite_export.verify(own, tflite_export.convert(own, exact="all"), images)
    np.savez(
        out_path,
        backend=keras.backend.backend(),
        **values_of(keras.models.load_model(model_path), images),
        frozen=own.get_layer("output").frozen,
        exact=report.exact,
        report=str(report),
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
