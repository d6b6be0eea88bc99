"""What a runtime is."""

import abc

from tflite_export.edges import edges_of


class RuntimeUnavailable(Exception):
    """A runtime is not installed or has no kernels for a file; the message says which."""


class Runtime(abc.ABC):
    """A .tflite file, loaded and ready to run.

    Args:
        tflite: bytes of the file.

    Raises:
        RuntimeUnavailable: if the runtime is not installed or cannot load the file.
        ValueError: if an input or output of the file is no integer tensor.
    """

    def __init__(self, tflite):
        self.tflite = tflite
        self.edges = edges_of(tflite)

    @abc.abstractmethod
    def run(self, *inputs):
        """Computes the file.

        Args:
            *inputs: int32 arrays of grid integers `(batch, *shape)`, one for each input.

        Returns:
            list of int32 arrays of grid integers `(batch, *shape)`, one for each output.
        """
