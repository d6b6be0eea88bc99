"""What reading a file can end in."""


class BrokenFileError(ValueError):
    """The bytes are no .tflite file, or contradict each other; the sentence says where."""
