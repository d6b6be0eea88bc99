"""int8 files by litert-quantizer, from float files and pictures to calibrate with.

post_training_file.py FLOAT.tflite IMAGES.npy WEIGHT_BITS OUTPUT.tflite
"""

import pathlib
import sys

import numpy as np
from litert_quantizer import qtyping, quantizer, recipe

# Its policy knows INT4 for these alone; depthwise kernels stay at 8 bits.
INT4_OPERATORS = (qtyping.TFLOperationName.CONV_2D, qtyping.TFLOperationName.FULLY_CONNECTED)


def quantized(float_file, images, weight_bits):
    """Bytes of the quantized file.

    Args:
        float_file: bytes of a float .tflite file with one signature.
        images: float32 array `(n, height, width, channels)` to calibrate with.
        weight_bits: 8, or 4 for kernels that may have 4.
    """
    tool = quantizer.Quantizer(bytearray(float_file), recipe.static_wi8_ai8())
    if weight_bits == 4:
        for operator in INT4_OPERATORS:
            tool.add_static_config(".*", operator, activation_num_bits=8, weight_num_bits=4)
    key, name = _input_of(float_file)
    data = {key: [{name: image[None]} for image in images]}
    return bytes(tool.quantize(tool.calibrate(data)).quantized_model)


def _input_of(float_file):
    """Key of the signature, and the name of its input."""
    from ai_edge_litert.interpreter import Interpreter

    ((key, signature),) = Interpreter(model_content=float_file).get_signature_list().items()
    return key, signature["inputs"][0]


def main(source, images, weight_bits, output):
    """Writes the file."""
    found = quantized(pathlib.Path(source).read_bytes(), np.load(images), int(weight_bits))
    pathlib.Path(output).write_bytes(found)


if __name__ == "__main__":
    main(*sys.argv[1:])
