"""Files of golden inputs and outputs, which the app's exactness check reads."""

import hashlib
import struct

import numpy as np

MAGIC = b"PIKELPN1"


def encode(tflite, inputs, outputs):
    """The bytes of a golden file; `Golden.java` says how they lie.

    Args:
        tflite: bytes of the model.
        inputs: stored integers of one input, samples first.
        outputs: the stored integers that the model must give for them, samples first.

    Raises:
        ValueError: if there are no samples, or not as many outputs as inputs.

    Example:

    >>> file = encode(b"model", np.zeros((2, 4), np.int8), np.ones((2, 3), np.int8))
    >>> file[:8], len(file)
    (b'PIKELPN1', 66)
    """
    inputs, outputs = np.ascontiguousarray(inputs), np.ascontiguousarray(outputs)
    if not 0 < len(inputs) == len(outputs):
        raise ValueError(f"{len(inputs)} inputs do not belong to {len(outputs)} outputs")
    header = struct.pack("<iii", len(inputs), inputs[0].nbytes, outputs[0].nbytes)
    digest = hashlib.sha256(tflite).digest()
    return MAGIC + header + digest + inputs.tobytes() + outputs.tobytes()


def decode(content, tflite):
    """Inputs and outputs of a golden file, uint8 arrays of (samples, bytes of a sample).

    Raises:
        ValueError: if the bytes are no golden file, or one of another model.
    """
    if content[:8] != MAGIC:
        raise ValueError("these bytes are no golden file; export it again")
    samples, input_bytes, output_bytes = struct.unpack_from("<iii", content, 8)
    if content[20:52] != hashlib.sha256(tflite).digest():
        raise ValueError("the golden file belongs to another model; export both together")
    split = 52 + samples * input_bytes
    inputs = np.frombuffer(content, np.uint8, samples * input_bytes, 52)
    outputs = np.frombuffer(content, np.uint8, samples * output_bytes, split)
    return inputs.reshape(samples, -1), outputs.reshape(samples, -1)
