import keras
import numpy as np
import pytest
import sklearn.datasets

import pikelpn_keras as pk
import tflite_export
from tests.pikelpn_keras.layer_test_case import pixels
from tests.pikelpn_keras.ties import count_ties


@pytest.mark.parametrize("size", [6, 8, 28, 32, 96])
def test_last_map_keeps_three_pixels(size):
    model = pk.models.PikeLPN(input_shape=(size, size, 3), classes=4, width=0.25)
    height = model.get_layer("block13_relu").output.shape[1]
    assert 3 <= height <= 7 or size < 24


def test_geometry_of_1x_is_mobilenet_v1():
    model = pk.models.PikeLPN("1x")
    assert sum(kernel_sizes(model)) == 4_209_088
    assert model.get_layer("block13_relu").output.shape[1:] == (7, 7, 1024)


def test_untrained_model_is_exact():
    model = pk.models.PikeLPN(input_shape=(28, 28, 1), classes=10, width=0.25)
    inputs = pixels((28, 28, 1), images=8)
    report = tflite_export.verify(model, tflite_export.convert(model, exact="all"), inputs)
    assert report.exact and not report.skipped, str(report)
    assert set(report.classes.values()) <= {"A", "B", "-"}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"variant": "4x"}, "variants 1x, 2x, 3x, 6x, not '4x'"),
        ({"width": 0}, "must be positive"),
        ({"input_shape": (4, 4, 3)}, "at least 6 pixels, not 4"),
    ],
)
def test_refuses(arguments, message):
    with pytest.raises(ValueError, match=message):
        pk.models.PikeLPN(**arguments)


@pytest.mark.parametrize(
    ("build", "shape"),
    [
        (pk.models.ResNet8, (32, 32, 3)),
        (pk.models.DSCNN, (49, 10, 1)),
        (pk.models.SuperResolution, (12, 10, 3)),
        (lambda **a: pk.models.MobileNetV1(classes=7, alpha=0.25, **a), (32, 40, 3)),
        (lambda **a: pk.models.MobileNetV2(classes=7, width=0.25, **a), (32, 32, 3)),
    ],
    ids=["resnet8", "ds_cnn", "super_resolution", "mobilenet_v1", "mobilenet_v2"],
)
def test_other_models_are_exact(build, shape):
    model = build(input_shape=shape)
    signed = model.get_layer("input").grid.signed
    inputs = pixels(shape, images=4)
    inputs = (inputs.astype("int16") - 128).astype("int8") if signed else inputs
    report = tflite_export.verify(model, tflite_export.convert(model, exact="all"), inputs)
    assert report.exact and not report.skipped, str(report)
    assert set(report.classes.values()) <= {"A", "B", "-"}


@pytest.mark.parametrize("variant", ["1x", pytest.param("6x", marks=pytest.mark.slow)])
def test_full_size_is_exact_on_a_photograph(variant):
    model = pk.models.PikeLPN(variant)
    photograph = sklearn.datasets.load_sample_image("flower.jpg")[None, 100:324, 200:424]
    model(photograph, training=True)
    graph = pk.integer_graph(model)
    tflite = tflite_export.convert(graph, exact="all")
    report = tflite_export.verify(model, tflite, photograph)
    assert report.exact and not report.skipped, str(report)
    assert count_ties(graph, photograph) > 1000
    assert len(np.unique(graph.run(photograph))) > 16


@pytest.mark.parametrize("alpha", [0.25, 1.0])
def test_mobilenet_v1_has_the_kernels_of_keras(alpha):
    ours = pk.models.MobileNetV1(alpha=alpha, classes=10)
    theirs = keras.applications.MobileNet(alpha=alpha, classes=10, weights=None)
    # Keras classifies by a convolution, which has the same weights; separable layers have two each.
    assert kernel_sizes(ours) == kernel_sizes(theirs)
    assert ours.get_layer("block13_relu").output.shape == (None, 7, 7, int(1024 * alpha))


def test_mobilenet_v1_trains_a_step_and_stays_exact():
    model = pk.models.MobileNetV1(input_shape=(32, 32, 3), classes=4, alpha=0.25)
    inputs = pixels((32, 32, 3), images=8)
    kernels = [v for v in model.trainable_variables if "kernel" in v.name]
    before = [np.array(kernel) for kernel in kernels]
    model.compile("adam", "mse", run_eagerly=True)
    model.train_on_batch(inputs, np.eye(4)[np.arange(8) % 4])
    for kernel, old in zip(kernels, before, strict=True):
        assert np.isfinite(kernel).all() and np.any(np.array(kernel) != old), kernel.path
    report = tflite_export.verify(model, tflite_export.convert(model, exact="all"), inputs)
    assert report.exact and not report.skipped, str(report)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"alpha": 0}, "alpha multiplies channels and must be positive, not 0"),
        ({"input_shape": (28, 40, 3)}, "at least 32 pixels, not 28; PikeLPN takes smaller ones"),
    ],
)
def test_mobilenet_v1_refuses(arguments, message):
    with pytest.raises(ValueError, match=message):
        pk.models.MobileNetV1(**arguments)


def kernel_sizes(model):
    """Weights of each kernel, in order."""
    return [int(np.prod(v.shape)) for v in model.trainable_variables if "kernel" in v.name]


def test_reference_nets_have_their_usual_sizes():
    assert sum(kernel_sizes(pk.models.ResNet8())) == 77_360
    assert sum(kernel_sizes(pk.models.MobileNetV2())) == 3_469_760


def test_mobilenet_v2_refuses_widths():
    with pytest.raises(ValueError, match="must be positive, not -1"):
        pk.models.MobileNetV2(width=-1)
