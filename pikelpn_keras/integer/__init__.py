"""The integer half of the library: NumPy only, no Keras and no TensorFlow."""

from pikelpn_keras.integer.graph import IntegerGraph
from pikelpn_keras.integer.grid import Grid
from pikelpn_keras.integer.records import NormRecord, ScaleCodes, WeightRecord

__all__ = ["Grid", "IntegerGraph", "NormRecord", "ScaleCodes", "WeightRecord"]
