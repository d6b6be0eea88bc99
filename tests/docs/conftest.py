"""What the examples on the pages find: the model of the guide, and a quick one to train."""

import keras
import pytest

import pikelpn_keras as pk
import tflite_export


def small_net(*, input_shape, classes, **_):
    """The net of `guide/getting_started.md`, which takes the arguments of `pk.models.PikeLPN`."""
    return keras.Sequential(
        [
            keras.Input(input_shape),
            pk.layers.QuantInput(),
            pk.layers.QuantConv2D(16, 3, use_bias=False, kernel_quantizer="uniform7"),
            pk.layers.QuantNorm(),
            pk.layers.QuantReLU(),
            pk.layers.QuantSeparableConv2D(32, 3, use_bias=False),
            pk.layers.QuantNorm(),
            pk.layers.QuantReLU(),
            pk.layers.QuantGlobalAveragePooling2D(),
            pk.layers.QuantDense(classes),
            pk.layers.QuantIdentity(),
        ]
    )


@pytest.fixture(scope="session")
def digits_files(tmp_path_factory):
    """Paths of `digits.keras` and `digits.tflite`, the untrained model of the guide."""
    folder = tmp_path_factory.mktemp("digits")
    keras.utils.set_random_seed(0)
    model = small_net(input_shape=(8, 8, 1), classes=10)
    model.save(folder / "digits.keras")
    tflite_export.save(folder / "digits.tflite", tflite_export.convert(model))
    return sorted(folder.iterdir())


@pytest.fixture
def small_models(monkeypatch):
    """Lets `pikelpn train` build a small model, because a PikeLPN takes a minute to trace."""
    monkeypatch.setattr(pk.models, "PikeLPN", small_net)
