"""The libraries that are compared: where each runs, and how each builds a separable net.

All nets take pictures on [0, 1) and give logits. A library is imported when it builds a net.
"""

import dataclasses
import functools
from collections.abc import Callable


@dataclasses.dataclass(frozen=True)
class Library:
    """A library, or float Keras.

    Attributes:
        name: its name in tables.
        environment: key of `environments.ENVIRONMENTS`.
        baseline: key of the float net that its training is compared with.
        build: makes its net of an `Architecture`.
        keras: name of the module of Keras it works with.
        backends: backends of Keras that it works on.
    """

    name: str
    environment: str
    baseline: str
    build: Callable
    keras: str = "keras"
    backends: tuple[str, ...] = ("tensorflow",)


def _float_keras3(architecture):
    import float_net
    import keras

    return float_net.separable_net(keras, architecture)


def _float_keras2(architecture):
    import float_net
    import tf_keras

    return float_net.separable_net(tf_keras, architecture)


def _ours(architecture):
    """PikeLPN's preset: 4-bit kernels, 8-bit activations, power-of-two norms."""
    import keras

    import pikelpn_keras as pk
    from pikelpn_keras.models import blocks

    inputs = keras.Input(architecture.input_shape)
    x = pk.layers.QuantInput()(inputs)
    x = blocks.conv_norm_relu(x, architecture.stem[0], 3, architecture.stem[1], "stem")
    for number, (filters, strides) in enumerate(architecture.blocks):
        x = blocks.separable_block(x, filters, strides, f"block{number}")
    return keras.Model(inputs, blocks.classifier(x, architecture.classes))


def _tfmot(architecture):
    """8-bit kernels and activations, the only ones of its default scheme."""
    import tensorflow_model_optimization as tfmot

    return tfmot.quantization.keras.quantize_model(_float_keras2(architecture))


def _larq(architecture):
    """DoReFa with 4-bit kernels; activations and norms are float."""
    import float_net
    import larq
    import tf_keras

    weights = larq.quantizers.DoReFa(k_bit=4, mode="weights")
    convolution = functools.partial(larq.layers.QuantConv2D, kernel_quantizer=weights)
    depthwise = functools.partial(larq.layers.QuantDepthwiseConv2D, depthwise_quantizer=weights)
    return float_net.assembled(tf_keras, architecture, convolution, depthwise)


def _qkeras(architecture):
    """4-bit kernels, 8-bit activations and its quantized norm; see `qkeras_net`."""
    import keras
    import qkeras
    from qkeras_net import logits

    inputs = keras.Input(architecture.input_shape)
    return keras.Model(inputs, logits(inputs, architecture, qkeras.QBatchNormalization))


def _qkeras_portable(architecture):
    """The same, its norm replaced where that of the library fails."""
    import keras
    from qkeras_net import NORMS, logits

    inputs = keras.Input(architecture.input_shape)
    return keras.Model(inputs, logits(inputs, architecture, NORMS["parameters"]))


def _hgq(architecture):
    """4-bit kernels, 8-bit activations, bits that do not move; see `hgq_net`."""
    import keras
    from hgq_net import logits

    inputs = keras.Input(architecture.input_shape)
    return keras.Model(inputs, logits(inputs, architecture))


BOTH = ("tensorflow", "jax")
LIBRARIES = {
    "keras3": Library("float Keras 3", "keras3", "keras3", _float_keras3, backends=BOTH),
    "ours": Library("pikelpn_keras", "keras3", "keras3", _ours, backends=BOTH),
    "qkeras": Library("qkeras-v3", "qkeras", "keras3", _qkeras),
    "qkeras_portable": Library(
        "qkeras-v3, norm mended", "qkeras", "keras3", _qkeras_portable, backends=("jax",)
    ),
    "hgq": Library("HGQ2", "hgq", "keras3", _hgq, backends=BOTH),
    "keras2": Library("float Keras 2", "keras2", "keras2", _float_keras2, "tf_keras"),
    "tfmot": Library("tfmot", "keras2", "keras2", _tfmot, "tf_keras"),
    "larq": Library("larq", "keras2", "keras2", _larq, "tf_keras"),
}


def available(backend):
    """Keys of the libraries that work on a backend.

    Example:

    >>> available("jax")
    ['keras3', 'ours', 'qkeras_portable', 'hgq']
    """
    return [key for key, library in LIBRARIES.items() if backend in library.backends]
