"""The input of a quantized model."""

import keras
from keras import ops

from pikelpn_keras.activation_quantizer import quantize_activation
from pikelpn_keras.graph_builder import Placeholder
from pikelpn_keras.grids import attach
from pikelpn_keras.integer.grid import Grid
from pikelpn_keras.layers.base import QuantLayer, grid_bits, grid_exponent, refuse


@keras.saving.register_keras_serializable("pikelpn")
class QuantInput(QuantLayer):
    """Puts the model's input on a grid; raw uint8 pixels need nothing else.

    Integers are taken as grid integers: a uint8 pixel p becomes the value p / 256. Floats are
    values and are rounded to the grid; what lies outside is clipped to its ends. So a float picture
    is expected in 0 .. 255/256: scale by 1/256, not by 1/255. Normalisation is the first layer's
    affair.

    Behind `keras.Input` the layer takes the declared dtype off that input, so that integers reach
    it as integers whatever the dtype was.

    Args:
        bits: width of the input, 2 to 8.
        exponent: the grid's exponent.
        signed: whether the grid has negative integers.

    Example:

    >>> model = keras.Sequential([keras.Input((2,)), QuantInput()])
    >>> ops.convert_to_numpy(model(ops.array([[0, 128]], "uint8")))
    array([[0. , 0.5]], dtype=float32)
    """

    starts_models = True

    def __init__(self, bits=8, exponent=-8, signed=False, **kwargs):
        super().__init__(**kwargs)
        self.grid = Grid(grid_exponent(self, exponent), grid_bits(self, bits), bool(signed))

    def __call__(self, inputs, *args, **kwargs):
        history = getattr(inputs, "_keras_history", None)
        if history is not None and isinstance(history.operation, keras.layers.InputLayer):
            # Functional casts what it is fed to this dtype; None leaves integers integers. There
            # is no public setter.
            inputs._dtype = None
        return super().__call__(inputs, *args, **kwargs)

    def call(self, inputs):
        grid = self.grid
        if keras.backend.is_float_dtype(keras.backend.standardize_dtype(inputs.dtype)):
            values = quantize_activation(ops.cast(inputs, "float32"), grid)
        else:
            integers = ops.clip(ops.cast(inputs, "float32"), grid.low, grid.high)
            values = integers * 2.0**grid.exponent
        return attach(values, grid)

    def compute_output_shape(self, input_shape):
        return input_shape

    def lower(self, graph, value):
        behind_input = isinstance(value, Placeholder)
        refuse(
            self, not behind_input, f"must stand right behind an input, not behind '{value.name}'"
        )
        return graph.input(value, self.grid)

    def get_config(self):
        return {
            **super().get_config(),
            "bits": self.grid.bits,
            "exponent": self.grid.exponent,
            "signed": self.grid.signed,
        }
