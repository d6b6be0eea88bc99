"""Geometry of the separable nets that are built in several libraries."""

import dataclasses


@dataclasses.dataclass(frozen=True)
class Architecture:
    """A stem, separable blocks, global average pooling and a classifier.

    Attributes:
        name: its name in tables.
        input_shape: (height, width, channels) of the pictures.
        stem: (channels, stride) of the first convolution.
        blocks: the same of each separable block.
        classes: number of classes.
    """

    name: str
    input_shape: tuple[int, int, int]
    stem: tuple[int, int]
    blocks: tuple[tuple[int, int], ...]
    classes: int = 10


# The net of the accuracy experiments; the same as `nets.float_net`.
CIFAR = Architecture(
    "CIFAR net",
    (32, 32, 3),
    (32, 1),
    ((64, 1), (64, 1), (128, 2), (128, 1), (128, 1), (256, 2), (256, 1), (256, 1)),
)
# Howard et al., arXiv 1704.04861, table 1, at width 1.
MOBILENET_STEM = (32, 2)
MOBILENET_BLOCKS = (
    (64, 1),
    (128, 2),
    (128, 1),
    (256, 2),
    (256, 1),
    (512, 2),
    *((512, 1),) * 5,
    (1024, 2),
    (1024, 1),
)


def mobilenet(width=0.25, size=96):
    """MobileNetV1, `width` wide, for pictures of `size` pixels a side.

    Example:

    >>> mobilenet(0.5).blocks[0]
    (32, 1)
    """
    stem, *blocks = (
        (max(8, int(channels * width)), strides)
        for channels, strides in (MOBILENET_STEM, *MOBILENET_BLOCKS)
    )
    name = f"MobileNetV1 {width:g} at {size}"
    return Architecture(name, (size, size, 3), stem, tuple(blocks))


# The nets of the comparisons, by the names of their flags.
NETS = {"cifar": CIFAR, "mobilenet": mobilenet()}
