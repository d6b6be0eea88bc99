import numpy as np
import pytest
from ai_edge_litert.interpreter import Interpreter

import tflite_export
from android_demo.tools import export_golden, golden
from tests.cli.conftest import small_model
from tflite_export.cli import saved_models


@pytest.fixture
def model_file(tmp_path):
    path = tmp_path / "own.keras"
    small_model(seed=1).save(path)
    return path


INPUTS = np.arange(6, dtype=np.int8).reshape(2, 3)
OUTPUTS = np.array([[-1], [5]], np.int8)


def test_what_is_encoded_is_decoded():
    inputs, outputs = golden.decode(golden.encode(b"model", INPUTS, OUTPUTS), b"model")
    assert (inputs.view(np.int8) == INPUTS).all()
    assert (outputs.view(np.int8) == OUTPUTS).all()


def test_another_model_is_refused():
    with pytest.raises(ValueError, match="belongs to another model"):
        golden.decode(golden.encode(b"model", INPUTS, OUTPUTS), b"other")


def test_other_bytes_are_refused():
    with pytest.raises(ValueError, match="no golden file"):
        golden.decode(b"PK" * 50, b"model")


def test_outputs_belong_to_inputs():
    with pytest.raises(ValueError, match="2 inputs do not belong to 1 outputs"):
        golden.encode(b"model", INPUTS, OUTPUTS[:1])


def test_golden_outputs_of_a_users_model(model_file, tmp_path):
    tflite = tmp_path / "own.tflite"
    tflite.write_bytes(tflite_export.convert(saved_models.load(model_file)))
    assert export_golden.main([str(model_file), str(tflite), "--samples=3"]) == 0
    inputs, outputs = golden.decode(tflite.with_suffix(".golden").read_bytes(), tflite.read_bytes())
    interpreter = Interpreter(model_content=tflite.read_bytes())
    interpreter.allocate_tensors()
    for stored, expected in zip(inputs, outputs, strict=True):
        interpreter.set_tensor(
            interpreter.get_input_details()[0]["index"], stored.view(np.int8).reshape(1, 8, 8, 1)
        )
        interpreter.invoke()
        computed = interpreter.get_tensor(interpreter.get_output_details()[0]["index"])
        assert (computed.ravel() == expected.view(np.int8)).all()


def test_a_model_that_is_none_is_a_sentence(tmp_path, capsys):
    assert export_golden.main([str(tmp_path / "no.keras"), "no.tflite"]) == 1
    assert capsys.readouterr().err.startswith("export_golden: ")
