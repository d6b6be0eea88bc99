"""The PikeLPN family."""

from pikelpn_keras.models.blocks import check_width
from pikelpn_keras.models.mobilenet_v1 import HALVINGS, separable_net

# Width multipliers of the variants, as a later project reads the paper; not confirmed by its text.
WIDTHS = {"1x": 1.0, "2x": 1.0, "3x": 1.5, "6x": 2.0}
SMALLEST_MAP = 3


def PikeLPN(variant="1x", *, input_shape=(224, 224, 3), classes=1000, width=None, name=None):
    """A PikeLPN model: the geometry of MobileNetV1 with every parameter quantized.

    From the paper's abstract: quantized norms, quantized scales, quantizers of two kinds inside a
    separable convolution, no parametric activations. From a later project's reading of it: the
    geometry and the widths of the variants. Ours, where its text was not at hand: uniform 4-bit
    depthwise and power-of-two pointwise weights of 6 levels, 7-bit first and last layers, 8-bit
    activations throughout, ReLU. On pictures of fewer than 96 pixels the first strides are 1, so
    that the last map keeps at least 3 pixels a side.

    Args:
        variant: "1x", "2x", "3x" or "6x".
        input_shape: (height, width, channels) of the pictures, at least 6 pixels a side.
        classes: number of classes.
        width: multiplies the channels; takes the place of the variant's.
        name: name of the model.

    Returns:
        a keras.Model from pictures, raw uint8 pixels or floats `pixel / 256`, to logits on an 8-bit
        grid.

    Raises:
        ValueError: if the variant is unknown, a size too small or the width not positive.

    Example:

    >>> model = PikeLPN("1x", input_shape=(32, 32, 3), classes=10, width=0.25)
    >>> model.output_shape
    (None, 10)
    """
    if variant not in WIDTHS:
        raise ValueError(f"PikeLPN has the variants {', '.join(WIDTHS)}, not {variant!r}")
    width = WIDTHS[variant] if width is None else width
    check_width("width", width)
    size = min(input_shape[:2])
    if size < 2 * SMALLEST_MAP:
        raise ValueError(
            f"PikeLPN takes pictures of at least {2 * SMALLEST_MAP} pixels, not {size}"
        )
    halvings = min(HALVINGS, (size // SMALLEST_MAP).bit_length() - 1)
    return separable_net(input_shape, classes, width, halvings, name or f"pikelpn_{variant}")
