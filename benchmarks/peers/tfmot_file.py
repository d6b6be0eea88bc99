"""tfmot's int8 model with the weights of its twin, and the file that TFLiteConverter makes of it.

    tfmot_file.py WEIGHTS.npz HEIGHT WIDTH CHANNELS OUTPUT.tflite

The net is `architectures.CIFAR` for pictures of that shape. WEIGHTS.npz holds the weights of
`tfmot_net`, each by its number in the order of `weights`, which is that of tfmot's model too.
"""

import dataclasses
import pathlib
import sys

import numpy as np
import tensorflow_model_optimization as tfmot
import tf_keras
from architectures import CIFAR
from float_net import separable_net
from tools import TOOLS


def tfmot_model(architecture):
    """The model that tfmot makes of a float net."""
    return tfmot.quantization.keras.quantize_model(separable_net(tf_keras, architecture))


def weights_of(model):
    """The variables of tfmot's model that its twin has: all but counters, which nothing reads."""
    return [v for v in model.weights if not v.name.endswith("optimizer_step:0")]


def set_weights(model, weights):
    """Gives tfmot's model the weights of its twin, arrays in the order of `weights`."""
    for variable, value in zip(weights_of(model), weights, strict=True):
        variable.assign(value)


def main(weights, height, width, channels, output):
    """Writes the file."""
    architecture = dataclasses.replace(CIFAR, input_shape=(int(height), int(width), int(channels)))
    model = tfmot_model(architecture)
    with np.load(weights) as file:
        set_weights(model, [file[str(index)] for index in range(len(file.files))])
    pathlib.Path(output).write_bytes(TOOLS["tfmot"].convert(model, None))


if __name__ == "__main__":
    main(*sys.argv[1:])
