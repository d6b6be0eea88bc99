"""A pre-trained float model becomes a PikeLPN model and is fine-tuned by plain `model.fit`."""

import keras
import numpy as np
import pytest

import pikelpn_keras as pk
import tflite_export
from benchmarks.accuracy.pretrained import resnet8
from tests.pikelpn_keras import real_images

FLOAT_ACCURACY = 0.7548


@pytest.mark.slow
def test_resnet8_with_powers_of_two(real_data):
    keras.utils.set_random_seed(0)
    archive = real_data("cifar10_jpeg.tar.xz")
    images, labels = real_images.cifar10_jpeg(archive, "train")
    chosen = np.random.default_rng(0).choice(len(images), 2560, replace=False)
    images, labels = images[chosen], labels[chosen]
    float_model = resnet8(real_data("models/pretrainedResnet.h5"))
    model = pk.quantize_model(float_model, pk.QuantConfig.pikelpn(), images[:256])
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.AdamW(3e-4), loss, metrics=["accuracy"])
    schedule = pk.callbacks.FreezeSchedule()
    model.fit(images, labels, batch_size=64, epochs=1, callbacks=[schedule], verbose=0)
    test_images, test_labels = real_images.cifar10_jpeg(archive, "test")
    accuracy = model.evaluate(test_images, test_labels, batch_size=500, verbose=0)[1]
    assert accuracy >= FLOAT_ACCURACY - 0.01
    tflite = tflite_export.convert(model, exact="all")
    report = tflite_export.verify(model, tflite, test_images[::100])
    assert report.exact, str(report)
