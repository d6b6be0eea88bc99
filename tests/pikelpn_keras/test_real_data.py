"""The promise on real data: trained, converted, 0 differing integers over 10,000 test images."""

import keras
import numpy as np
import pytest

import pikelpn_keras as pk
import tflite_export
from tests.pikelpn_keras import real_images
from tests.pikelpn_keras.nets import compile_for_classes, residual_net
from tflite_export.runtimes import RUNTIMES

EVERYWHERE = {"keras", "xnnpack", "xnnpack-2-threads", "builtin", "reference", "tflm"}


def trained(images, labels, rate):
    keras.utils.set_random_seed(0)
    model = residual_net(images.shape[1:])
    compile_for_classes(model, rate)
    callbacks = [pk.callbacks.FreezeSchedule()]
    model.fit(images, labels, batch_size=128, epochs=2, verbose=0, callbacks=callbacks)
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
    model = trained(images, labels, rate=5e-3)
    assert_exact_and_equally_accurate(model, test_images, test_labels, at_least=0.82)


@pytest.mark.slow
def test_cifar10_jpeg(real_data):
    archive = real_data("cifar10_jpeg.tar.xz")
    images, labels = real_images.cifar10_jpeg(archive, "train")
    model = trained(images, labels, rate=3e-3)
    test = real_images.cifar10_jpeg(archive, "test")
    assert_exact_and_equally_accurate(model, *test, at_least=0.45)
