"""Float models with trained weights, and pictures in the size they take."""

import keras
import numpy as np
from PIL import Image


def resnet8(path):
    """MLPerf Tiny's ResNet-8 for CIFAR-10 without its softmax; it takes raw pixels.

    Args:
        path: its HDF5 file.

    Returns:
        a keras.Model from pictures to logits.
    """
    model = keras.models.load_model(path, compile=False)
    model.layers[-1].activation = keras.activations.linear
    return model


def mobilenet(path, size=224):
    """ImageNet's MobileNetV1 0.25 without its softmax; it takes `pixel / 127.5 - 1`.

    Args:
        path: npz file of kernels and biases, norms folded: `conv_dw_1/depthwise_kernel`,
            `conv_dw_1/bias` and so on. Its norms then hold nothing but the biases.
        size: height and width of the pictures.

    Returns:
        a keras.Model from pictures to 1001 logits; class 0 is the background.
    """
    model = keras.applications.MobileNet(
        input_shape=(size, size, 3),
        alpha=0.25,
        weights=None,
        classes=1001,
        classifier_activation=None,
    )
    with np.load(path) as arrays:
        for key in arrays.files:
            name, kind = key.split("/")
            if kind == "bias":
                continue
            kernel, bias = arrays[key], arrays[f"{name}/bias"]
            if name == "conv_preds":
                model.get_layer(name).set_weights([kernel, bias])
                continue
            model.get_layer(name).set_weights([kernel])
            norm, one = model.get_layer(f"{name}_bn"), np.ones_like(bias)
            norm.set_weights([one, bias, 0 * one, (1 - norm.epsilon) * one])
    return model


def enlarged(images, size):
    """Pictures of any sizes brought to `size` pixels a side, bicubic, as one uint8 array."""
    pictures = [Image.fromarray(image).resize((size, size), Image.BICUBIC) for image in images]
    return np.stack([np.asarray(picture) for picture in pictures])
