"""The PikeLPN family."""

import keras

from pikelpn_keras.layers import (
    QuantConv2D,
    QuantDense,
    QuantGlobalAveragePooling2D,
    QuantIdentity,
    QuantInput,
    QuantNorm,
    QuantReLU,
    QuantSeparableConv2D,
)

# Width multipliers of the variants, as a later project reads the paper; not confirmed by its text.
WIDTHS = {"1x": 1.0, "2x": 1.0, "3x": 1.5, "6x": 2.0}
# (channels at width 1, stride) of the 13 separable blocks of MobileNetV1.
BLOCKS = (
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
HALVINGS = 5
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
    if not width > 0:
        raise ValueError(f"width multiplies channels and must be positive, not {width!r}")
    size = min(input_shape[:2])
    if size < 2 * SMALLEST_MAP:
        raise ValueError(
            f"PikeLPN takes pictures of at least {2 * SMALLEST_MAP} pixels, not {size}"
        )
    halvings = min(HALVINGS, (size // SMALLEST_MAP).bit_length() - 1)
    idle = HALVINGS - halvings

    def channels(count):
        return max(8, int(count * width))

    inputs = keras.Input(input_shape, name="image")
    x = QuantInput(name="input")(inputs)
    stem_strides = 1 if idle else 2
    idle -= stem_strides == 1
    x = QuantConv2D(
        channels(32),
        3,
        strides=stem_strides,
        padding="same",
        use_bias=False,
        kernel_quantizer="uniform7",
        name="stem",
    )(x)
    x = QuantNorm(name="stem_norm")(x)
    x = QuantReLU(name="stem_relu")(x)
    for number, (count, strides) in enumerate(BLOCKS, start=1):
        if strides == 2 and idle > 0:
            strides, idle = 1, idle - 1
        x = _block(x, channels(count), strides, f"block{number}")
    x = QuantGlobalAveragePooling2D(name="pool")(x)
    x = QuantDense(classes, name="logits")(x)
    outputs = QuantIdentity(name="output")(x)
    return keras.Model(inputs, outputs, name=name or f"pikelpn_{variant}")


def _block(x, filters, strides, name):
    x = QuantSeparableConv2D(
        filters,
        3,
        strides=strides,
        padding="same",
        use_bias=False,
        depthwise_norm=QuantNorm(name="depthwise_norm"),
        depthwise_activation=QuantReLU(name="depthwise_relu"),
        name=name,
    )(x)
    x = QuantNorm(name=f"{name}_norm")(x)
    return QuantReLU(name=f"{name}_relu")(x)
