"""Fully connected layer with a quantized kernel."""

import keras
from keras import ops

from pikelpn_keras.integer.nodes import Dense
from pikelpn_keras.layers.base import refuse
from pikelpn_keras.layers.kernels import KernelLayer
from pikelpn_keras.quantizers import UniformQuantizer


@keras.saving.register_keras_serializable("pikelpn")
class QuantDense(KernelLayer, keras.layers.Dense):
    """`keras.layers.Dense` on vectors, with a quantized kernel.

    Its output is an accumulator: follow it with QuantIdentity, or with QuantNorm and QuantReLU.

    Args:
        units, use_bias and others: as in `keras.layers.Dense`. The bias is rounded to the
            accumulator's grid. `activation` is refused.
        kernel_quantizer: a quantizer, its name or its config. By default 7 bits with one scale for
            all units: runtimes before 2024 know no scale for each unit of a fully connected layer.

    Example:

    >>> import pikelpn_keras as pk
    >>> model = keras.Sequential([
    ...     keras.Input((8,)), pk.layers.QuantInput(), QuantDense(3), pk.layers.QuantIdentity()])
    >>> type(pk.integer_graph(model).nodes[0]).__name__
    'Dense'
    """

    node_type = Dense

    def __init__(self, units, *args, kernel_quantizer=None, **kwargs):
        if kernel_quantizer is None:
            kernel_quantizer = UniformQuantizer(7, per_channel=False)
        super().__init__(units, *args, quantizer=kernel_quantizer, **kwargs)

    def build(self, input_shape):
        refuse(
            self,
            len(input_shape) != 2,
            f"takes vectors, not inputs of shape {input_shape}; pool or flatten them first",
        )
        super().build(input_shape)

    def product(self, inputs, kernel):
        return ops.matmul(inputs, kernel)
