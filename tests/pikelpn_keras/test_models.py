import numpy as np
import pytest

import pikelpn_keras as pk
import tflite_export
from tests.pikelpn_keras.layer_test_case import pixels


@pytest.mark.parametrize("size", [6, 8, 28, 32, 96])
def test_last_map_keeps_three_pixels(size):
    model = pk.models.PikeLPN(input_shape=(size, size, 3), classes=4, width=0.25)
    height = model.get_layer("block13_relu").output.shape[1]
    assert 3 <= height <= 7 or size < 24


def test_geometry_of_1x_is_mobilenet_v1():
    model = pk.models.PikeLPN("1x")
    kernels = sum(np.prod(v.shape) for v in model.trainable_variables if "kernel" in v.name)
    assert kernels == 4_209_088
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
        (lambda **a: pk.models.MobileNetV2(classes=7, width=0.25, **a), (32, 32, 3)),
    ],
    ids=["resnet8", "ds_cnn", "super_resolution", "mobilenet_v2"],
)
def test_other_models_are_exact(build, shape):
    model = build(input_shape=shape)
    signed = model.get_layer("input").grid.signed
    inputs = pixels(shape, images=4)
    inputs = (inputs.astype("int16") - 128).astype("int8") if signed else inputs
    report = tflite_export.verify(model, tflite_export.convert(model, exact="all"), inputs)
    assert report.exact and not report.skipped, str(report)
    assert set(report.classes.values()) <= {"A", "B", "-"}


def test_reference_nets_have_their_usual_sizes():
    def kernels(model):
        return sum(np.prod(v.shape) for v in model.trainable_variables if "kernel" in v.path)

    assert kernels(pk.models.ResNet8()) == 77_360
    assert kernels(pk.models.MobileNetV2()) == 3_469_760


def test_mobilenet_v2_refuses_widths():
    with pytest.raises(ValueError, match="must be positive, not -1"):
        pk.models.MobileNetV2(width=-1)
