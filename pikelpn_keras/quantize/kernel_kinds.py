"""The layers with a kernel: how a `Product` of each kind is made and quantized."""

import dataclasses

import numpy as np

from pikelpn_keras import layers


@dataclasses.dataclass(frozen=True)
class KernelKind:
    """One kind of layer with a kernel.

    Attributes:
        layer_class: the quantized layer. Kernels are handled in the order in which it quantizes
            them: input channels last but one, output channels last.
        role: the quantizer's field of `QuantConfig`.
        ends: whether the configuration's `first` and `last` apply.
    """

    layer_class: type
    role: str
    ends: bool

    @property
    def channel_axes(self):
        """Axes of the kernel that number output channels."""
        return self.layer_class.channel_axes

    def absorb(self, kernel, bias, scale, offset):
        """Kernel and bias for an input x that stands for `x * scale + offset`.

        Args:
            kernel: float64 array.
            bias: float64 vector of output channels.
            scale: float64 scalar or vector of input channels.
            offset: as `scale`.
        """
        channels = kernel.shape[-2]
        scale, offset = (np.broadcast_to(v, channels)[:, None] for v in (scale, offset))
        summed = [a for a in range(kernel.ndim) if a - kernel.ndim not in self.channel_axes]
        constant = np.sum(kernel * offset, axis=tuple(summed)).reshape(-1)
        return kernel * scale, bias + constant

    def assign(self, layer, kernel):
        """Gives `layer`, a built `layer_class`, its kernel, a float64 array."""
        layer.kernel.assign(kernel.astype(np.float32))


class TransposedKind(KernelKind):
    """A transposed convolution, which stores its output channels before its input channels."""

    def assign(self, layer, kernel):
        super().assign(layer, np.swapaxes(kernel, -1, -2))


CONVOLUTION = KernelKind(layers.QuantConv2D, "convolution", True)
POINTWISE = KernelKind(layers.QuantConv2D, "pointwise", True)
DEPTHWISE = KernelKind(layers.QuantDepthwiseConv2D, "depthwise", True)
CONVOLUTION_1D = KernelKind(layers.QuantConv1D, "convolution", True)
POINTWISE_1D = KernelKind(layers.QuantConv1D, "pointwise", True)
DEPTHWISE_1D = KernelKind(layers.QuantDepthwiseConv1D, "depthwise", True)
TRANSPOSED = TransposedKind(layers.QuantConv2DTranspose, "convolution", True)
DENSE = KernelKind(layers.QuantDense, "dense", False)
