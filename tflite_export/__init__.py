"""Integer .tflite files of PikeLPN models, and the proof that they compute what was trained.

    tflite = tflite_export.convert(model)
    tflite_export.save("model.tflite", tflite)
    print(tflite_export.verify(model, tflite, images))

Neither TensorFlow nor Keras is imported unless a Keras model is handed in.
"""

from tflite_export.conversion import convert
from tflite_export.files import save
from tflite_export.verification import verify

__all__ = ["convert", "save", "verify"]
