"""TensorFlow Lite for Microcontrollers, where the package `tflite_micro` is installed."""

import numpy as np

from tflite_export.flatbuffer import unpack
from tflite_export.runtimes.base import Runtime, RuntimeUnavailable

# Room for the runtime's own structures, next to that for the tensors.
ARENA_OVERHEAD = 2**22


class TFLM(Runtime):
    """TFLM's interpreter on this machine; computes image by image.

    Args:
        tflite: bytes of the file.

    Raises:
        RuntimeUnavailable: if `tflite_micro` is not installed or lacks a kernel.
        ValueError: if an input or output of the file is no integer tensor.
    """

    def __init__(self, tflite):
        super().__init__(tflite)
        try:
            from tflite_micro import runtime
        except ImportError as error:
            raise RuntimeUnavailable("tflite_micro is not installed") from error
        try:
            self._interpreter = runtime.Interpreter.from_bytes(tflite, arena_size=_arena(tflite))
        except RuntimeError as error:
            raise RuntimeUnavailable(f"TFLM does not load the file: {error}") from error

    def run(self, *inputs):
        stored = [e.store(array) for e, array in zip(self.edges.inputs, inputs, strict=True)]
        images = [self._run_image(image) for image in zip(*stored, strict=True)]
        return [
            edge.load(np.stack(arrays))
            for edge, arrays in zip(self.edges.outputs, zip(*images, strict=True), strict=True)
        ]

    def _run_image(self, image):
        for index, array in enumerate(image):
            self._interpreter.set_input(array[None], index)
        self._interpreter.invoke()
        return [self._interpreter.get_output(i)[0] for i in range(len(self.edges.outputs))]


def _arena(tflite):
    """Bytes that hold all tensors at once: more than any plan of the arena needs."""
    tensors = unpack(tflite).subgraphs[0].tensors
    # Copied weights, im2col patches and per-channel parameters come on top of activations.
    return ARENA_OVERHEAD + 4 * len(tflite) + 2 * sum(int(np.prod(t.shape)) for t in tensors)


RUNTIMES = {"tflm": TFLM}
