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
