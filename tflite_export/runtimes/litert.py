"""LiteRT: XNNPACK, the built-in optimised kernels and the reference kernels."""

import functools

import numpy as np

from tflite_export.runtimes.base import Runtime, RuntimeUnavailable

BATCH = 64


class LiteRT(Runtime):
    """LiteRT with one family of kernels; computes in batches by resizing the inputs.

    Args:
        tflite: bytes of the file.
        resolver: name of a member of `OpResolverType`.
        threads: number of threads.

    Raises:
        RuntimeUnavailable: if this family has no kernels for the file.
        ValueError: if an input or output of the file is no integer tensor.

    Example:

    >>> from pikelpn_keras.integer import Grid, IntegerGraph
    >>> from pikelpn_keras.integer.nodes import Add, Tensor
    >>> from tflite_export import convert
    >>> x, y = Tensor("x", (2,), Grid(-8)), Tensor("y", (2,), Grid(-8))
    >>> tflite = convert(IntegerGraph("double", (x,), (Add((x, x), y),), ("y",)))
    >>> LiteRT(tflite, resolver="AUTO", threads=1).run(np.array([[3, -4]]))
    [array([[ 6, -8]], dtype=int32)]
    """

    def __init__(self, tflite, resolver, threads):
        super().__init__(tflite)
        # Imported late: it loads the native library.
        from ai_edge_litert.interpreter import Interpreter, OpResolverType

        try:
            self._interpreter = Interpreter(
                model_content=tflite,
                experimental_op_resolver_type=OpResolverType[resolver],
                num_threads=threads,
            )
            self._interpreter.allocate_tensors()
        except (RuntimeError, ValueError) as error:
            raise RuntimeUnavailable(f"LiteRT does not load the file: {error}") from error
        self._inputs = [d["index"] for d in self._interpreter.get_input_details()]
        self._outputs = [d["index"] for d in self._interpreter.get_output_details()]
        self._batch = 1

    def run(self, *inputs):
        starts = range(0, len(inputs[0]), BATCH)
        batches = [self._run_batch([a[start : start + BATCH] for a in inputs]) for start in starts]
        return [np.concatenate(outputs) for outputs in zip(*batches, strict=True)]

    def _run_batch(self, inputs):
        self._resize(len(inputs[0]))
        for index, edge, integers in zip(self._inputs, self.edges.inputs, inputs, strict=True):
            self._interpreter.set_tensor(index, edge.store(integers))
        self._interpreter.invoke()
        return [
            edge.load(self._interpreter.get_tensor(index))
            for index, edge in zip(self._outputs, self.edges.outputs, strict=True)
        ]

    def _resize(self, batch):
        if batch == self._batch:
            return
        for index, edge in zip(self._inputs, self.edges.inputs, strict=True):
            self._interpreter.resize_tensor_input(index, (batch, *edge.shape))
        self._interpreter.allocate_tensors()
        self._batch = batch


RUNTIMES = {
    "xnnpack": functools.partial(LiteRT, resolver="AUTO", threads=1),
    "xnnpack-2-threads": functools.partial(LiteRT, resolver="AUTO", threads=2),
    "builtin": functools.partial(LiteRT, resolver="BUILTIN_WITHOUT_DEFAULT_DELEGATES", threads=1),
    "reference": functools.partial(LiteRT, resolver="BUILTIN_REF", threads=1),
}
