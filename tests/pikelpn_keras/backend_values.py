"""Runs in a process of its own, under the backend of KERAS_BACKEND.

    python backend_values.py MODEL.keras IMAGES.npy OUT.npz

Writes what the given model computes.
"""

import sys

import keras
import numpy as np

import pikelpn_keras as pk


def values_of(model, images):
    """What a model gives eager, in a graph, under jit and as integers."""
    eager = keras.ops.convert_to_numpy(model(images))
    graph = model.predict(images, verbose=0)
    model.compile(jit_compile=keras.backend.backend() != "torch")
    return {
        "eager": eager,
        "graph": graph,
        "jitted": model.predict(images, verbose=0),
        "integers": pk.integer_graph(model).run(images),
    }


def main(model_path, images_path, out_path):
    model = keras.models.load_model(model_path)
    values = values_of(model, np.load(images_path))
    np.savez(out_path, backend=keras.backend.backend(), **values)


if __name__ == "__main__":
    main(*sys.argv[1:])
