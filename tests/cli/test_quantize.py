import keras
import numpy as np
import pytest

from tflite_export.cli import saved_models


@pytest.fixture(scope="module")
def float_file(tmp_path_factory):
    """A float classifier of 8x8 grey images, with class names beside it."""
    keras.utils.set_random_seed(0)
    layers = keras.layers
    path = tmp_path_factory.mktemp("models") / "float.keras"
    model = keras.Sequential(
        [
            keras.Input((8, 8, 1)),
            layers.Conv2D(4, 3, name="conv"),
            layers.BatchNormalization(),
            layers.ReLU(),
            layers.GlobalAveragePooling2D(),
            layers.Dense(10, activation="softmax", name="classes"),
        ]
    )
    model.save(path)
    path.with_suffix(".labels.txt").write_text("".join(f"class {i}\n" for i in range(10)))
    return path


def test_what_it_writes_verifies(float_file, tmp_path, pikelpn):
    output = tmp_path / "model.keras"
    words = ("--config=w8a8", "--dataset=digits", "--samples=20", "--input_scale=0.0625")
    status, out, err = pikelpn("quantize", float_file, f"--output={output}", *words)
    assert status == 0
    assert "20 of " in err and "softmax of layer 'classes' is left out" in err
    assert out.startswith(f"wrote {output}, ")
    assert output.with_suffix(".labels.txt").exists()
    assert saved_models.load(output).get_layer("conv").kernel_quantizer.bits == 7
    assert pikelpn("verify", output, "--samples=20")[0] == 0


def test_same_seed_same_model(float_file, tmp_path, pikelpn):
    weights = []
    for name in ("a.keras", "b.keras"):
        words = (f"--output={tmp_path / name}", "--dataset=digits", "--samples=20", "--seed=3")
        assert pikelpn("quantize", float_file, *words)[0] == 0
        weights.append(saved_models.load(tmp_path / name).get_weights())
    assert all(np.array_equal(a, b) for a, b in zip(*weights, strict=True))


def test_a_layer_that_cannot_be_quantized_is_named(tmp_path, pikelpn):
    path, output = tmp_path / "float.keras", tmp_path / "model.keras"
    inputs = keras.Input((4,))
    keras.Model(inputs, keras.layers.Dense(2, activation="tanh", name="d")(inputs)).save(path)
    status, _, err = pikelpn("quantize", path, f"--output={output}")
    assert status == 1
    assert err.startswith("pikelpn: layer 'd' (Dense) has the activation 'tanh'")
    assert not output.exists()


def test_images_for_a_model_that_takes_none(tmp_path, pikelpn):
    path = tmp_path / "float.keras"
    keras.Sequential([keras.Input((4,)), keras.layers.Dense(2)]).save(path)
    words = (f"--output={tmp_path / 'model.keras'}", "--dataset=digits")
    status, _, err = pikelpn("quantize", path, *words)
    assert (status, err) == (
        1,
        "pikelpn: the model does not take one image; leave the images away\n",
    )
