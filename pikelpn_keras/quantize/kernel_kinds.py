"""The layers with a kernel: how a `Product` of each kind is made and quantized."""

import dataclasses

import numpy as np

from pikelpn_keras import layers


@dataclasses.dataclass(frozen=True)
class KernelKind:
    """One kind of layer with a kernel.

    Attributes:
        layer_class: the quantized layer.
        quantizer_argument: its argument that takes the quantizer.
        kernel_attribute: its attribute that holds the kernel.
        channel_axes: axes of the kernel that number output channels.
        input_axis: axis of the kernel that numbers input channels.
        role: the quantizer's field of `QuantConfig`.
        ends: whether the configuration's `first` and `last` apply.
    """

    layer_class: type
    quantizer_argument: str
    kernel_attribute: str
    channel_axes: tuple[int, ...]
    input_axis: int
    role: str
    ends: bool

    def absorb(self, kernel, bias, scale, offset):
        """Kernel and bias for an input x that stands for `x * scale + offset`.

        Args:
            kernel: float64 array.
            bias: float64 vector of output channels.
            scale: float64 scalar or vector of input channels.
            offset: as `scale`.
        """
        shape = [1] * kernel.ndim
        shape[self.input_axis] = kernel.shape[self.input_axis]
        scale, offset = (np.broadcast_to(v, shape[self.input_axis]) for v in (scale, offset))
        summed = [a for a in range(kernel.ndim) if a - kernel.ndim not in self.channel_axes]
        constant = np.sum(kernel * offset.reshape(shape), axis=tuple(summed)).reshape(-1)
        return kernel * scale.reshape(shape), bias + constant


CONVOLUTION = KernelKind(
    layers.QuantConv2D, "kernel_quantizer", "kernel", (-1,), 2, "convolution", True
)
POINTWISE = dataclasses.replace(CONVOLUTION, role="pointwise")
DEPTHWISE = KernelKind(
    layers.QuantDepthwiseConv2D, "depthwise_quantizer", "kernel", (-2, -1), 2, "depthwise", True
)
DENSE = KernelKind(layers.QuantDense, "kernel_quantizer", "kernel", (-1,), 0, "dense", False)
