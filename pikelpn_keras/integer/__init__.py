"""The integer half of the library: NumPy only, no Keras and no TensorFlow."""

from pikelpn_keras.integer.graph import IntegerGraph
from pikelpn_keras.integer.grid import BoundedGrid, Grid
from pikelpn_keras.integer.records import NormRecord, ScaleCodes, WeightRecord

__all__ = ["BoundedGrid", "Grid", "IntegerGraph", "NormRecord", "ScaleCodes", "WeightRecord"]
