"""What reading a file can end in."""


class BrokenFileError(ValueError):
    """The bytes are no .tflite file, or contradict each other; the sentence says where."""


class UnsupportedModelError(ValueError):
    """A sound file has no `IntegerGraph`; the sentence names the operator or tensor."""


class UnfitRecordError(ValueError):
    """The record of a converted model does not describe the operators beside it."""
