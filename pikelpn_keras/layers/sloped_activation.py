"""What the activations with a slope on the negative side share."""

import dataclasses

from keras import ops

from pikelpn_keras.activation_quantizer import quantize_activation
from pikelpn_keras.integer.nodes import Maximum, Tensor
from pikelpn_keras.layers.activation import QuantActivation
from pikelpn_keras.layers.freezable import largest

# A slope of 2**-8 rounds every negative integer of 8 bits to 0.
SMALLEST_EXPONENT, LARGEST_EXPONENT = -8, 0


class SlopedActivation(QuantActivation):
    """Base of the activations `max(q, floor(q * slope + 1/2))` with power-of-two slopes up to 1.

    q is the input on the output's signed grid. Neither LEAKY_RELU nor PRELU is exact: their kernels
    do not round all ties up (measured at a slope of 1/4: 32 of 256 integers differ, but for
    LEAKY_RELU on XNNPACK). So on a device the layer is three exact operators: the one before it,
    which gives q, a depthwise convolution of one tap (a Dense on vectors), which shifts, and a
    MAXIMUM. Its cost beside QuantReLU is one multiplication and one comparison for each value, two
    more tensors to be written and read, and a bit of the positive range.

    Subclasses give the slopes.
    """

    signed = True

    def slopes(self):
        """The slopes, a float32 tensor that broadcasts against the channels."""
        raise NotImplementedError

    def slope_exponents(self, channels):
        """The slopes' exponents, an int64 array `(channels,)`."""
        raise NotImplementedError

    def magnitude(self, inputs):
        """The largest absolute value, a scalar tensor."""
        return largest(ops.abs(inputs))

    def rounded(self, inputs, grid):
        q = quantize_activation(inputs, grid)
        return ops.where(q >= 0, q, quantize_activation(q * self.slopes(), grid))

    def lower(self, graph, value):
        q = graph.requantize(value, self.grid, self.name)
        identity = graph.identity(q, f"{self.name}/slope")
        exponents = identity.exponents + self.slope_exponents(q.shape[-1])
        sloped = dataclasses.replace(identity, exponents=exponents)
        terms = (q, graph.requantize(sloped, self.grid, self.name))
        output = Tensor(graph.unique_name(self.name), q.shape, self.grid)
        return graph.add(Maximum(terms, output))
