"""`Architecture`: a net described by its shapes alone, to count what nobody has built."""

import dataclasses
import math

from pikelpn_keras.cost import layer_work
from pikelpn_keras.cost.number_formats import number_format
from pikelpn_keras.cost.work import Activations, Layer, Storage, Work, Workload


class Architecture:
    """Collects the layers of a net, each by its shapes, and gives their `Workload`.

    Every method takes the name of the layer and the shape that it reads, and returns the shape that
    it writes. Convolutions and poolings pad as "same" does.

    Args:
        name: name of the net.
        formats: `Formats` in which it runs.

    Example:

    >>> from pikelpn_keras.cost import Formats
    >>> net = Architecture("tiny", Formats("int4", "int8", "float32"))
    >>> shape = net.convolution("conv", (8, 8, 3), filters=16, size=3, strides=2)
    >>> shape = net.relu("relu", net.norm("norm", shape))
    >>> net.dense("logits", net.global_average_pool("pool", shape), 10)
    (10,)
    >>> net.workload().mac_count  # 4 * 4 * 16 sums of 27 products, 10 of 16
    7072
    """

    def __init__(self, name, formats):
        self.name = name
        self.formats = formats
        self._layers = []

    def workload(self):
        """The `Workload` of the layers so far."""
        return Workload(self.name, tuple(self._layers))

    def layer(self, name, kind, shape, work):
        """Adds a layer of any kind, given its `Work`; returns `shape`, which it writes."""
        output = Activations(name, tuple(shape), self.formats.activations)
        self._layers.append(Layer(name, kind, work, (output,)))
        return output.shape

    def convolution(self, name, shape, filters, size, strides=1, groups=1, **formats):
        """A convolution of square windows without a bias.

        Args:
            name: name of the layer.
            shape: (height, width, channels) that it reads.
            filters: output channels.
            size: pixels of a side of the window.
            strides: distance of windows.
            groups: groups of channels; as many as channels for a depthwise convolution.
            **formats: `weights` or `activations` that differ from those of the net.
        """
        height, width, channels = shape
        output = (-(-height // strides), -(-width // strides), filters)
        taps = size * size * (channels // groups)
        kind = "DepthwiseConv2D" if groups == channels > 1 else "Conv2D"
        return self._linear(name, kind, output, taps, taps * filters, formats)

    def dense(self, name, shape, units, **formats):
        """A fully connected layer without a bias on vectors of `shape`."""
        (length,) = shape
        return self._linear(name, "Dense", (units,), length, length * units, formats)

    def scale(self, name, shape):
        """A product by a scale that is folded into nothing."""
        return self._elementwise(name, "Scale", shape, layer_work.scale)

    def norm(self, name, shape):
        """A batch norm, folded to one product and one addition."""
        bits = 2 * shape[-1] * self.formats.elementwise.bits
        operations = layer_work.norm(math.prod(shape), self.formats.elementwise)
        return self.layer(name, "Norm", shape, Work(operations, storage=Storage(norms=bits)))

    def relu(self, name, shape):
        """A ReLU."""
        return self._elementwise(name, "ReLU", shape, layer_work.relu)

    def residual(self, name, shape):
        """A residual addition."""
        return self._elementwise(name, "Add", shape, layer_work.residual)

    def gate(self, name, shape):
        """A product of a tensor and a gate."""
        return self._elementwise(name, "Multiply", shape, layer_work.gate)

    def average_pool(self, name, shape, size, strides):
        """Averages of square windows."""
        return self._pool(name, "AveragePool2D", shape, size, strides, layer_work.average_pool)

    def max_pool(self, name, shape, size, strides):
        """Maxima of square windows."""
        return self._pool(name, "MaxPool2D", shape, size, strides, layer_work.max_pool)

    def global_average_pool(self, name, shape):
        """Averages over the pixels of each channel."""
        *pixels, channels = shape
        operations = layer_work.average_pool(channels, math.prod(pixels), self.formats.elementwise)
        return self.layer(name, "GlobalAveragePool", (channels,), Work(operations))

    def _elementwise(self, name, kind, shape, operations):
        work = Work(operations(math.prod(shape), self.formats.elementwise))
        return self.layer(name, kind, shape, work)

    def _pool(self, name, kind, shape, size, strides, operations):
        output = (*(-(-pixels // strides) for pixels in shape[:2]), shape[2])
        work = Work(operations(math.prod(output), size * size, self.formats.elementwise))
        return self.layer(name, kind, output, work)

    def _linear(self, name, kind, output, taps, weights, changed):
        changed = {field: number_format(value) for field, value in changed.items()}
        formats = dataclasses.replace(self.formats, **changed)
        macs = layer_work.products(
            math.prod(output) * taps, taps, formats.activations, formats.weights
        )
        return self.layer(
            name,
            kind,
            output,
            Work(
                operations=macs,
                macs=macs,
                storage=Storage(weights=weights * formats.weights.bits),
                weights={formats.weights.bits: weights},
            ),
        )
