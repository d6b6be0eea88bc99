"""Time of counting what ResNet-50 costs (25.5 M weights), from its integer graph.

    python benchmarks/cost_counting.py [--repeats=5]

The graph is that of Keras's ResNet50, quantized without training. Timed are `pk.cost.report` with
its text, every operation of every layer included; building, quantizing and lowering are not.
"""

import time

import keras
import numpy as np
from absl import app, flags

import pikelpn_keras as pk

_REPEATS = flags.DEFINE_integer("repeats", 5, "timed reports")


def _seconds(graph):
    start = time.perf_counter()
    text = str(pk.cost.report(graph))
    return time.perf_counter() - start, text


def main(_):
    """Measures and prints."""
    keras.utils.set_random_seed(0)
    float_model = keras.applications.ResNet50(weights=None)
    graph = pk.integer_graph(pk.quantize_model(float_model, pk.QuantConfig.w8a8()))
    times = [_seconds(graph)[0] for _ in range(_REPEATS.value)]
    weights = sum(pk.cost.report(graph).weight_bits.values())
    print(
        f"{len(graph.nodes)} nodes, {weights:,} weights, {pk.cost.workload(graph).mac_count:,} MACs"
    )
    print(f"report: median {np.median(times):.2f} s ({min(times):.2f} .. {max(times):.2f})")


if __name__ == "__main__":
    app.run(main)
