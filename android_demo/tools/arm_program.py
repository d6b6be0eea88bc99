"""Runs on the emulated core: compares models with their golden outputs, prints JSON.

Usage: arm_program.py MODEL.tflite... with MODEL.golden beside each.
"""

import hashlib
import json
import pathlib
import sys

import golden
import numpy as np
from ai_edge_litert.interpreter import Interpreter, OpResolverType

KERNELS = {
    "xnnpack": "AUTO",
    "builtin": "BUILTIN_WITHOUT_DEFAULT_DELEGATES",
    "reference": "BUILTIN_REF",
}


def compare(tflite, inputs, outputs, resolver):
    """How many stored output bytes differ, and the SHA-256 of all computed ones."""
    interpreter = Interpreter(
        model_content=tflite, experimental_op_resolver_type=OpResolverType[resolver]
    )
    interpreter.allocate_tensors()
    (edge_in,), (edge_out,) = interpreter.get_input_details(), interpreter.get_output_details()
    differing, digest = 0, hashlib.sha256()
    for sample, expected in zip(inputs, outputs, strict=True):
        stored = sample.view(edge_in["dtype"]).reshape(edge_in["shape"])
        interpreter.set_tensor(edge_in["index"], stored)
        interpreter.invoke()
        computed = interpreter.get_tensor(edge_out["index"]).tobytes()
        differing += int((np.frombuffer(computed, np.uint8) != expected).sum())
        digest.update(computed)
    return {"differing": differing, "compared": outputs.size, "sha256": digest.hexdigest()}


def main(paths):
    """Prints the results of all models."""
    results = []
    for path in map(pathlib.Path, paths):
        tflite = path.read_bytes()
        inputs, outputs = golden.decode(path.with_suffix(".golden").read_bytes(), tflite)
        for kernels, resolver in KERNELS.items():
            result = compare(tflite, inputs, outputs, resolver)
            results.append({"model": path.stem, "kernels": kernels, **result})
    print("RESULTS " + json.dumps(results))


if __name__ == "__main__":
    main(sys.argv[1:])
