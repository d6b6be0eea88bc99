"""The `pikelpn` command.

Nothing here imports Keras or TensorFlow before a command starts its work: help and usage errors
answer at once.
"""

from tflite_export.cli.app import main

__all__ = ["main"]
