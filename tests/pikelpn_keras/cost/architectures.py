"""Nets of the literature, described by their shapes."""

import math

from pikelpn_keras.cost import Architecture, layer_work
from pikelpn_keras.cost.work import Work

IMAGE = (224, 224, 3)


def mobilenet_v1(formats):
    """arXiv 1704.04861, width 1; norms, ReLUs, and a scale behind each convolution."""
    net = Architecture("mobilenet_v1", formats)

    def finished(name, shape):
        shape = net.scale(f"{name}_scale", shape)
        return net.relu(f"{name}_relu", net.norm(f"{name}_norm", shape))

    shape = finished("conv1", net.convolution("conv1", IMAGE, 32, 3, 2))
    strides = (1, 2, 1, 2, 1, 2, 1, 1, 1, 1, 1, 2, 1)
    filters = (64, 128, 128, 256, 256, *(512,) * 6, 1024, 1024)
    for number, (stride, channels) in enumerate(zip(strides, filters, strict=True), 1):
        read, depthwise, pointwise = shape[-1], f"dw{number}", f"pw{number}"
        shape = net.convolution(depthwise, shape, read, 3, stride, groups=read)
        shape = finished(depthwise, shape)
        shape = finished(pointwise, net.convolution(pointwise, shape, channels, 1))
    net.dense("classifier", net.global_average_pool("pool", shape), 1000)
    return net.workload()


def mobilenet_v2(formats):
    """arXiv 1801.04381, width 1."""
    net = Architecture("mobilenet_v2", formats)
    shape = net.convolution("stem", IMAGE, 32, 3, 2)
    stages = (
        (1, 16, 1, 1),
        (6, 24, 2, 2),
        (6, 32, 3, 2),
        (6, 64, 4, 2),
        (6, 96, 3, 1),
        (6, 160, 3, 2),
        (6, 320, 1, 1),
    )
    for stage, (expansion, channels, blocks, first) in enumerate(stages):
        for block in range(blocks):
            name, wide = f"stage{stage}_{block}", expansion * shape[-1]
            if expansion > 1:
                shape = net.convolution(f"{name}_expand", shape, wide, 1)
            strides = 1 if block else first
            shape = net.convolution(f"{name}_depthwise", shape, wide, 3, strides, groups=wide)
            shape = net.convolution(f"{name}_project", shape, channels, 1)
    shape = net.convolution("head", shape, 1280, 1)
    net.dense("classifier", net.global_average_pool("pool", shape), 1000)
    return net.workload()


def resnet50(formats, *, strided_size):
    """arXiv 1512.03385; the convolution of `strided_size` strides: 1 in v1, 3 in v1.5."""
    net = Architecture("resnet50", formats)
    shape = net.max_pool("pool1", net.convolution("conv1", IMAGE, 64, 7, 2), 3, 2)
    for stage, (blocks, channels) in enumerate(((3, 64), (4, 128), (6, 256), (3, 512))):
        for block in range(blocks):
            name, strides = f"stage{stage}_{block}", 2 if stage and not block else 1
            if not block:
                net.convolution(f"{name}_shortcut", shape, 4 * channels, 1, strides)
            first, second = (strides, 1) if strided_size == 1 else (1, strides)
            shape = net.convolution(f"{name}_1", shape, channels, 1, first)
            shape = net.convolution(f"{name}_2", shape, channels, 3, second)
            shape = net.convolution(f"{name}_3", shape, 4 * channels, 1)
            shape = net.residual(f"{name}_add", shape)
    net.dense("classifier", net.global_average_pool("pool", shape), 1000)
    return net.workload()


class PokeBNN:
    """PokeBNN-1.0x, arXiv 2112.00133, in the geometry of its authors' code (AQT, `pokebnn.py`).

    The names of its parts begin as that code counts them: "norm", "dprelu", "local", "block" ...
    """

    def __init__(self, formats):
        self.net = Architecture("pokebnn", formats)

    def workload(self):
        net, edge = self.net, {"weights": "int8", "activations": "int8"}
        shape = (IMAGE[0] // 4, IMAGE[1] // 4, IMAGE[2])
        # Windows of 4x4 that do not overlap, as one 1x1 window on pixels of 48 channels.
        shape = net.convolution("stem1", (*shape[:2], 48), 32, 1, **edge)
        shape = self.dprelu("stem1", net.norm("norm_stem1", shape))
        shape = net.convolution("stem2", shape, 64, 3, groups=32, **edge)
        shape = self.dprelu("stem2", net.norm("norm_stem2", shape))
        for stage, (blocks, channels) in enumerate(((3, 64), (4, 128), (6, 256), (3, 512))):
            for block in range(blocks):
                name, strides, entry = f"{stage}_{block}", 2 if stage and not block else 1, shape
                shape = self.convolution(f"{name}_1", shape, channels, 1, 1)
                shape = self.convolution(f"{name}_2", shape, channels, 3, strides)
                shape = self.convolution(f"{name}_3", shape, 4 * channels, 1, 1, entry)
        shape = net.global_average_pool("mean", shape)
        net.dense("classifier", shape, 1000, **edge)
        return net.workload()

    def convolution(self, name, shape, filters, size, strides, block_entry=None):
        net = self.net
        output = net.norm(f"norm1_{name}", net.convolution(name, shape, filters, size, strides))
        self.shortcut(f"local_{name}", shape, output)
        if block_entry is not None:
            self.shortcut(f"block_{name}", block_entry, output)
        self.dprelu(name, output)
        self.squeeze_excite(name, shape, output)
        return net.norm(f"norm2_{name}", net.gate(f"gate_{name}", output))

    def shortcut(self, name, shape, output):
        net, number = self.net, self.net.formats.elementwise
        if shape[-1] > output[-1]:
            group = shape[-1] // output[-1]
            shape = (*shape[:2], output[-1])
            operations = layer_work.average_pool(math.prod(shape), group, number)
            net.layer(f"shrink_{name}", "Mean", shape, Work(operations))
        shape = (*shape[:2], output[-1])
        if shape != output:
            shape = net.average_pool(f"pool_{name}", shape, 3, 2)
        net.residual(name, shape)

    def squeeze_excite(self, name, shape, output):
        net, four = self.net, {"weights": "int4", "activations": "int4"}
        (channels,) = net.global_average_pool(f"squeeze_{name}", shape)
        # A 1x1 convolution on one pixel.
        hidden = net.convolution(f"se1_{name}", (1, 1, channels), channels // 8, 1, **four)
        net.relu(f"serelu_{name}", hidden)
        net.convolution(f"se2_{name}", hidden, output[-1], 1, **four)

    def dprelu(self, name, shape):
        """slope * (x - bias_x) - bias_y, where the slope depends on a sign."""
        count, number = math.prod(shape), self.net.formats.elementwise
        operations = (
            *layer_work.same_format("add", "activation", 2 * count, number),
            *layer_work.same_format("compare", "activation", count, number),
            *layer_work.same_format("multiply", "activation", count, number),
        )
        return self.net.layer(f"dprelu_{name}", "DPReLU", shape, Work(operations))
