"""Integers in which a .tflite file and predictions differ, by resolver."""

import dataclasses

import numpy as np
from ai_edge_litert.interpreter import Interpreter, OpResolverType

RESOLVERS = {
    "XNNPACK": OpResolverType.AUTO,
    "built-in": OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES,
    "reference": OpResolverType.BUILTIN_REF,
}


@dataclasses.dataclass(frozen=True)
class Edge:
    """Scale and zero point of an integer tensor; integers lie between `low` and `high`."""

    scale: float
    zero: int
    low: int = -128
    high: int = 127

    def integers(self, values):
        """Integers nearest to values.

        Example:

        >>> Edge(0.5, 3).integers(np.array([0.0, 1.0, 1e3])).tolist()
        [3, 5, 127]
        """
        integers = np.rint(values / self.scale).astype(np.int64) + self.zero
        return np.clip(integers, self.low, self.high)


def spanning(values):
    """The 8-bit `Edge` whose ends are the extremes of `values`.

    Example:

    >>> spanning(np.array([-1.0, 1.55])).zero
    -28
    """
    low, high = float(np.min(values)), float(np.max(values))
    scale = (high - low) / 255
    return Edge(scale, round(-128 - low / scale))


def stored(details, values):
    """Values as an input takes them whose details LiteRT gives: int8, or floats as they are."""
    if details["dtype"] != np.int8:
        return values
    return Edge(*details["quantization"]).integers(values).astype(np.int8)


def outputs(tflite, images, resolver):
    """What a file computes of pictures on [0, 1), and the `Edge` of its output or None."""
    interpreter = Interpreter(model_content=tflite, experimental_op_resolver_type=resolver)
    source, result = interpreter.get_input_details()[0], interpreter.get_output_details()[0]
    interpreter.allocate_tensors()
    found = []
    for image in images:
        interpreter.set_tensor(source["index"], stored(source, image[None]))
        interpreter.invoke()
        found.append(interpreter.get_tensor(result["index"])[0])
    edge = Edge(*result["quantization"]) if result["dtype"] == np.int8 else None
    return np.stack(found), edge


def differing(predictions, found, edge):
    """(share of integers that differ, largest difference) of predictions and a file's outputs."""
    if edge is None:
        edge = spanning(predictions)
        found = edge.integers(found)
    differences = np.abs(edge.integers(predictions) - found)
    return float(np.mean(differences > 0)), float(differences.max())
