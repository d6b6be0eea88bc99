import keras
import pytest

import pikelpn_keras as pk
import tflite_export
from tests.cli.conftest import small_model
from tflite_export.cli import saved_models


@pytest.fixture
def output(tmp_path):
    return tmp_path / "model.tflite"


def test_writes_what_convert_gives(model_file, output, pikelpn):
    status, out, err = pikelpn("export", model_file, f"--output={output}")
    assert (status, err) == (0, "")
    assert output.read_bytes() == tflite_export.convert(saved_models.load(model_file))
    runtimes = ["keras,", "xnnpack,", "builtin,", "reference,", "tflm"]
    assert ["conv", "A", *runtimes] in [line.split() for line in out.splitlines()]
    labels = output.with_suffix(".labels.txt").read_text().splitlines()
    assert labels == [f"class {i}" for i in range(10)]


def test_input_type_reaches_the_file(model_file, output, pikelpn):
    assert pikelpn("export", model_file, f"--output={output}", "--input_type=uint8")[0] == 0
    model = saved_models.load(model_file)
    assert output.read_bytes() == tflite_export.convert(model, input_type="uint8")


def test_weight_storage_reaches_the_file(model_file, output, pikelpn):
    assert pikelpn("export", model_file, f"--output={output}", "--weight_storage=int4")[0] == 0
    model = saved_models.load(model_file)
    assert output.read_bytes() == tflite_export.convert(model, weight_storage="int4")


def test_a_file_for_the_edge_tpu(output, tmp_path, pikelpn):
    path = tmp_path / "large_pictures.keras"
    model = pk.models.SuperResolution(input_shape=(6, 6, 3), filters=4, blocks=1)
    model.save(path)
    assert pikelpn("export", path, f"--output={output}")[0] == 0
    status, out, _ = pikelpn("edgetpu", "check", output)
    assert (status, "export the model with --target=edgetpu" in out) == (1, True)
    assert pikelpn("export", path, f"--output={output}", "--target=edgetpu")[0] == 0
    status, out, _ = pikelpn("edgetpu", "check", output)
    assert status == 0, out


@pytest.fixture
def inexact_model_file(tmp_path):
    """A model whose 8-bit weights leave no room for tie-free encoding."""
    path = tmp_path / "inexact.keras"
    small_model(seed=1, kernel_quantizer="uniform8").save(path)
    return path


def test_unproven_layers_are_named(inexact_model_file, output, pikelpn):
    status, out, err = pikelpn("export", inexact_model_file, f"--output={output}")
    assert status == 0
    assert "layer 'conv' is not proven exact on " in err
    assert ["conv", "C", "keras,", "xnnpack"] in [line.split() for line in out.splitlines()]


def test_exact_all_refuses_unproven_layers(inexact_model_file, output, pikelpn):
    status, _, err = pikelpn("export", inexact_model_file, f"--output={output}", "--exact=all")
    assert status == 1
    assert err.startswith("pikelpn: layer 'conv' is not proven exact on ")
    assert not output.exists()


@pytest.mark.parametrize("content", [b"", b"no zip", b"PK\x03\x04 cut"])
def test_a_file_that_is_no_model(content, output, tmp_path, pikelpn):
    broken = tmp_path / "broken.keras"
    broken.write_bytes(content)
    status, _, err = pikelpn("export", broken, f"--output={output}")
    assert status == 1
    assert err.startswith(f"pikelpn: {broken} is no model that Keras can read: ")
    assert err.count("\n") == 1
    assert not output.exists()


def test_a_float_model_is_refused(output, tmp_path, pikelpn):
    path = tmp_path / "float.keras"
    keras.Sequential([keras.Input((4,)), keras.layers.Dense(2)]).save(path)
    status, _, err = pikelpn("export", path, f"--output={output}")
    assert status == 1
    assert err.startswith("pikelpn: ") and err.count("\n") == 1
    assert not output.exists()
