"""The promise on real data: trained, converted, 0 differing integers over 10,000 test images."""

import keras
import numpy as np
import pytest

import pikelpn_keras as pk
import tflite_export
from tests.pikelpn_keras import real_images
from tests.pikelpn_keras.nets import residual_net
from tflite_export.runtimes import RUNTIMES

EVERYWHERE = {"keras", "xnnpack", "xnnpack-2-threads", "builtin", "reference", "tflm"}


def trained(images, labels):
    keras.utils.set_random_seed(0)
    model = residual_net(images.shape[1:])
    pk.fit_recipe(model, images, labels, epochs=2, batch_size=128, learning_rate=8e-3, verbose=0)
    return model


def assert_exact_and_equally_accurate(model, images, labels, at_least):
    tflite = tflite_export.convert(model, exact="all")
    report = tflite_export.verify(model, tflite, images)
    assert set(report.mismatches) == EVERYWHERE
    assert report.exact, str(report)
    assert report.compared == len(images) * 10
    (integers,) = RUNTIMES["xnnpack"](tflite).run(*pk.integer_graph(model).input_integers(images))
    accuracy = np.mean(integers.argmax(1) == labels)
    evaluated = model.evaluate(images, labels, batch_size=500, verbose=0)[1]
    assert evaluated == pytest.approx(accuracy, abs=1e-6)
    assert accuracy > at_least


def test_fashion_mnist(fashion_mnist):
    images, labels, test_images, test_labels = real_images.fashion_mnist(fashion_mnist)
    model = trained(images, labels)
    assert_exact_and_equally_accurate(model, test_images, test_labels, at_least=0.82)


@pytest.mark.slow
def test_cifar10_jpeg(real_data):
    archive = real_data("cifar10_jpeg.tar.xz")
    images, labels = real_images.cifar10_jpeg(archive, "train")
    model = trained(images, labels)
    test = real_images.cifar10_jpeg(archive, "test")
    assert_exact_and_equally_accurate(model, *test, at_least=0.45)
