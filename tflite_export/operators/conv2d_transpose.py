"""Transposed convolution as CONV_2D and DEPTH_TO_SPACE.

TRANSPOSE_CONV takes the shape of its output, batch included, as a constant, so a file could not be
run in batches; old kernels know neither its bias nor its activation. The output pixels of one
phase, those whose place leaves one remainder by the stride, are an ordinary convolution of the
input with every stride-th tap of the kernel. One CONV_2D computes all phases, each in channels of
its own, and DEPTH_TO_SPACE puts them in their places.
"""

import dataclasses

import numpy as np

from pikelpn_keras.integer.nodes import (
    Conv2D,
    Conv2DTranspose,
    Crop2D,
    DepthToSpace,
    Pad2D,
    Window,
)
from tflite_export.operators.registry import emit, emits


@emits(Conv2DTranspose)
def emit_conv2d_transpose(node, writer, storage_name):
    """Writes the nodes of `equivalent`; its `Proof` is that of the convolution among them."""
    proofs = {type(part): emit(part, writer, storage_name) for part in equivalent(node)}
    return proofs[Conv2D]


def equivalent(node):
    """Nodes in a row that compute what a `Conv2DTranspose` does.

    Args:
        node: the node.

    Returns:
        list of a `Conv2D` and, where they are needed, a `Pad2D` before it, and a `DepthToSpace` and
        a `Crop2D` behind it.
    """
    places = [
        _Places(*numbers, node.stride)
        for numbers in zip(
            node.inputs[0].shape[:2],
            node.output.shape[:2],
            node.kernel.shape[:2],
            node.corner,
            strict=True,
        )
    ]
    parts, tensor = [], node.inputs[0]
    for step in (_padded, _convolved, _spread, _cropped):
        part = step(node, tensor, places)
        if part is not None:
            parts.append(part)
            tensor = part.output
    return [*parts[:-1], dataclasses.replace(parts[-1], output=node.output)]


@dataclasses.dataclass(frozen=True)
class _Places:
    """Where the sums of one axis lie.

    Attributes:
        inputs, outputs, kernel: sizes.
        corner: sums that are cut off at the beginning.
        stride: output places for each input place.
    """

    inputs: int
    outputs: int
    kernel: int
    corner: int
    stride: int

    @property
    def taps(self):
        """Kernel taps that one phase has."""
        return -(-self.kernel // self.stride)

    @property
    def first(self):
        """The group of phases that holds the first output."""
        return self.corner // self.stride

    @property
    def groups(self):
        """Groups of phases that hold outputs."""
        return (self.corner + self.outputs - 1) // self.stride + 1 - self.first

    @property
    def pads(self):
        """Zeros that the convolution needs (before, behind) its input."""
        before = self.taps - 1 - self.first
        return before, self.groups + self.taps - 1 - before - self.inputs


def _tensor(node, step, shape, grid):
    return dataclasses.replace(node.output, name=f"{node.name}:{step}", shape=shape, grid=grid)


def _padded(node, tensor, places):
    pads = tuple(place.pads for place in places)
    if not any(map(any, pads)):
        return None
    height, width = (place.inputs + sum(place.pads) for place in places)
    shape = (height, width, tensor.shape[-1])
    return Pad2D((tensor,), _tensor(node, "padded", shape, tensor.grid), pads)


def _convolved(node, tensor, places):
    phases = node.stride**2
    height, width = (place.groups for place in places)
    shape = (height, width, node.output.shape[-1] * phases)
    return Conv2D(
        inputs=(tensor,),
        output=_tensor(node, "phases", shape, node.output.grid),
        kernel=_phase_kernel(node, places),
        bias=np.tile(node.bias, phases),
        multiplier=np.tile(node.multiplier, phases),
        shift=np.tile(node.shift, phases),
        weights=node.weights,
        norm=node.norm,
        window=Window(tuple(place.taps for place in places), (1, 1), (1, 1), "valid"),
    )


def _phase_kernel(node, places):
    """The kernel of all phases, `(taps, taps, in channels, phases * out channels)`."""
    stride, (height, width, inputs, outputs) = node.stride, node.kernel.shape
    rows, columns = (place.taps for place in places)
    padded = np.zeros((rows * stride, columns * stride, inputs, outputs), node.kernel.dtype)
    padded[:height, :width] = node.kernel
    # Tap t of the kernel serves phase t % stride, for the input t // stride places back.
    taps = padded.reshape(rows, stride, columns, stride, inputs, outputs)[::-1, :, ::-1]
    return taps.transpose(0, 2, 4, 1, 3, 5).reshape(rows, columns, inputs, -1)


def _spread(node, tensor, places):
    if node.stride == 1:
        return None
    height, width = (place.groups * node.stride for place in places)
    shape = (height, width, node.output.shape[-1])
    output = _tensor(node, "spread", shape, tensor.grid)
    return DepthToSpace((tensor,), output, node.stride)


def _cropped(node, tensor, places):
    if tensor.shape == node.output.shape:
        return None
    corner = tuple(place.corner - place.first * node.stride for place in places)
    return Crop2D((tensor,), node.output, corner)
