"""Writes golden outputs beside a .tflite file, for the app's exactness check.

`python -m android_demo.tools.export_golden MODEL.keras MODEL.tflite` writes MODEL.golden: random
inputs with the outputs of the Keras model's integer graph.
"""

import argparse
import pathlib
import sys

from android_demo.tools import golden


def main(arguments=None):
    """Writes the file; returns 1 with a sentence if the model does not take one input."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("model", help="a .keras file")
    parser.add_argument("tflite", type=pathlib.Path, help="what `pikelpn export` made of it")
    parser.add_argument("--samples", type=int, default=8)
    parser.add_argument("--seed", type=int, default=0)
    values = parser.parse_args(arguments)
    import numpy as np

    import pikelpn_keras as pk
    from tflite_export.cli import saved_models
    from tflite_export.cli.errors import UserError
    from tflite_export.edges import edges_of

    try:
        graph = pk.integer_graph(saved_models.load(values.model))
    except (UserError, ValueError, OSError) as error:
        return _fail(error)
    if len(graph.inputs) > 1 or len(graph.outputs) > 1:
        return _fail("the model has several inputs or outputs; golden files hold one of each")
    tensor = graph.inputs[0]
    size = (values.samples, *tensor.shape)
    generator = np.random.default_rng(values.seed)
    inputs = generator.integers(tensor.grid.low, tensor.grid.high, size, endpoint=True)
    tflite = values.tflite.read_bytes()
    edges = edges_of(tflite)
    outputs = edges.outputs[0].store(graph.run(inputs))
    path = values.tflite.with_suffix(".golden")
    path.write_bytes(golden.encode(tflite, edges.inputs[0].store(inputs), outputs))
    print(f"wrote {path}, {values.samples} samples")
    return 0


def _fail(sentence):
    print(f"export_golden: {sentence}", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
