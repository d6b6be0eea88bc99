"""Weight quantizers whose exponents have the least squared error, not the largest weight in range.

They choose anew in every step what `pikelpn_keras.quantize.scales.choose_exponents` chooses once.
"""

from keras import ops

from pikelpn_keras.quantize.scales import OFFSETS
from pikelpn_keras.quantizers import PowerOfTwoQuantizer, UniformQuantizer


class _LeastError:
    """Tries the exponents about those of the quantizer's own rule, for each channel."""

    def natural_exponents(self, weights, axes):
        """Exponents of least squared error; arguments as in `Quantizer.natural_exponents`."""
        natural = super().natural_exponents(weights, axes)
        best, least = natural, self._error(weights, natural, axes)
        for offset in OFFSETS:
            candidate = natural + offset
            error = self._error(weights, candidate, axes)
            best = ops.where(error < least, candidate, best)
            least = ops.minimum(error, least)
        return best

    def _error(self, weights, exponents, axes):
        off = self.from_int(self.to_int(weights, exponents), exponents) - weights
        return ops.sum(ops.square(off), axis=axes, keepdims=True)


class LeastErrorUniform(_LeastError, UniformQuantizer):
    """Evenly spaced weights.

    Example:

    >>> import numpy as np
    >>> kernel = np.r_[np.linspace(-0.3, 0.3, 400), 1.4][:, None].astype("float32")
    >>> [int(rule(4).exponents(kernel)[0, 0]) for rule in (UniformQuantizer, LeastErrorUniform)]
    [-2, -3]
    """


class LeastErrorPowerOfTwo(_LeastError, PowerOfTwoQuantizer):
    """Weights that are powers of two."""
