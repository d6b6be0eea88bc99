"""Float Keras 3 layers that compute what quantizers of activations in other tools compute.

A lifted model passes through a *twin*: a float Keras 3 model that computes what the original does,
with its quantized kernels for weights and these layers where it quantizes activations.
`quantize_model` makes a pikelpn model of it, by the conversions of
`pikelpn_keras.interop.conversions`.
"""

import keras
from keras import ops

from pikelpn_keras.activation_quantizer import quantize_activation
from pikelpn_keras.integer.grid import Grid


@keras.saving.register_keras_serializable("pikelpn")
class Sign(keras.layers.Layer):
    """-1 or +1; zero counts as positive.

    Example:

    >>> ops.convert_to_numpy(Sign()(ops.array([-0.5, 0.0, 2.0])))
    array([-1.,  1.,  1.], dtype=float32)
    """

    def call(self, inputs):
        return ops.where(inputs >= 0, 1.0, -1.0)

    def compute_output_shape(self, input_shape):
        return input_shape


@keras.saving.register_keras_serializable("pikelpn")
class UnitSteps(keras.layers.Layer):
    """DoReFa's activations: `round(clip(x, 0, 1) * n) / n` with `n = 2**bits - 1`.

    Args:
        bits: number of bits.

    Example:

    >>> ops.convert_to_numpy(UnitSteps(2)(ops.array([-1.0, 0.3, 0.6, 3.0]))).round(3)
    array([0.   , 0.333, 0.667, 1.   ], dtype=float32)
    """

    def __init__(self, bits, **kwargs):
        super().__init__(**kwargs)
        self.bits = bits

    def call(self, inputs):
        steps = 2**self.bits - 1
        return ops.round(ops.clip(inputs, 0.0, 1.0) * steps) / steps

    def compute_output_shape(self, input_shape):
        return input_shape

    def get_config(self):
        return {**super().get_config(), "bits": self.bits}


@keras.saving.register_keras_serializable("pikelpn")
class OnGridSteps(keras.layers.Layer):
    """Values rounded half up to a grid with a fixed power-of-two step, and clipped to it.

    Args:
        bits: number of bits.
        exponent: the step is `2**exponent`.
        signed: whether the grid has negative integers.

    Example:

    >>> ops.convert_to_numpy(OnGridSteps(3, -1, signed=False)(ops.array([-1.0, 0.3, 9.0])))
    array([0. , 0.5, 3.5], dtype=float32)
    """

    def __init__(self, bits, exponent, signed, **kwargs):
        super().__init__(**kwargs)
        self.bits = bits
        self.exponent = exponent
        self.signed = signed

    def call(self, inputs):
        return quantize_activation(inputs, Grid(self.exponent, self.bits, self.signed))

    def compute_output_shape(self, input_shape):
        return input_shape

    def get_config(self):
        config = {"bits": self.bits, "exponent": self.exponent, "signed": self.signed}
        return {**super().get_config(), **config}


@keras.saving.register_keras_serializable("pikelpn")
class Shift(keras.layers.Layer):
    """Adds a whole number to values on a grid, so that zero padding pads with another value.

    Args:
        offset: the number.
    """

    def __init__(self, offset, **kwargs):
        super().__init__(**kwargs)
        self.offset = offset

    def call(self, inputs):
        return inputs + self.offset

    def compute_output_shape(self, input_shape):
        return input_shape

    def get_config(self):
        return {**super().get_config(), "offset": self.offset}
