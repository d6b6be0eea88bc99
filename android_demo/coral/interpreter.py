"""LiteRT's interpreter with the Edge TPU's library as its delegate."""

import platform

from tflite_export.edgetpu.compiled import packages

CPU = "cpu"
LIBRARIES = {
    "Linux": "libedgetpu.so.1",
    "Darwin": "libedgetpu.1.dylib",
    "Windows": "edgetpu.dll",
}


class CoralError(Exception):
    """The Edge TPU, its library or the model is not ready; the sentence says what to do."""


def load(tflite, device, library=None):
    """An interpreter, ready to be invoked.

    Args:
        tflite: bytes of the file.
        device: "cpu", or what libedgetpu calls a device: "" for any, "usb", "usb:0", "pci:1".
        library: path of libedgetpu; by default the system's own name of it.

    Raises:
        CoralError: if the library or the device is absent, the file is not compiled for the
            Edge TPU, or LiteRT does not load it.
        BrokenFileError: if it is no .tflite file or is damaged.
    """
    compiled = packages(tflite)
    if device != CPU and not compiled:
        raise CoralError(
            "this file is not compiled for the Edge TPU: run `pikelpn edgetpu compile` on it, or "
            "take --device=cpu"
        )
    # Imported late: it loads the native library.
    from ai_edge_litert.interpreter import Interpreter

    delegates = [] if device == CPU else [_delegate(device, library)]
    try:
        interpreter = Interpreter(model_content=tflite, experimental_delegates=delegates)
        interpreter.allocate_tensors()
    except (RuntimeError, ValueError) as error:
        raise CoralError(f"LiteRT does not load the file: {error}") from error
    return interpreter


def _delegate(device, library):
    from ai_edge_litert.interpreter import load_delegate

    library = library or LIBRARIES.get(platform.system(), LIBRARIES["Linux"])
    try:
        return load_delegate(library, {"device": device} if device else {})
    except OSError as error:
        raise CoralError(
            f"{library} is not there: install the Edge TPU runtime as README.md says ({error})"
        ) from error
    except ValueError as error:
        raise CoralError(
            f"no Edge TPU answers as '{device or 'any'}': plug it in, and see README.md about the "
            f"rights to use it ({error})"
        ) from error
